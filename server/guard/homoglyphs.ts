/**
 * Letters that look like a Latin one: a subset of Unicode's confusables (UTS #39), for letters that NFKD
 * leaves as they are. By what they look like; capitals and small letters apart, since they differ
 * (Greek H is an eta, small n is one too).
 */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: "аАαΑɑᴀꭺᎪꓮⲀⲁӕ",
  b: "ВвΒβЬьƄʙᏴꓐⲂ",
  c: "сСϲϹᴄᏟꓚⲤⲥ",
  d: "ԁԀᴅđĐɗᎠꓓꓒ",
  e: "еЕΕεєЄᴇəɛᎬꓰⲈ℮",
  f: "ƒꜰϜꓝſꞙ",
  g: "ɡɢԍԌցᏀᏻꓖ",
  h: "һҺНнΗʜհħĦᎻꓧⲎ",
  i: "іІΙιıɩɪӀӏᎥꓲⲒ",
  j: "јЈϳͿᴊյᎫꓙ",
  k: "кКΚκᴋᏦꓗⲔ",
  l: "ʟłŁᏞꓡⳐ",
  m: "мМΜϺᴍᎷꓟⲘ",
  n: "ոռηΝɴпꓠⲚ",
  o: "оОΟοσօՕᴏøØоꓳⲞⲟ०೦",
  p: "рРΡρᴘքᏢꓑⲢⲣ",
  q: "ԛԚզգꞯ",
  r: "гʀᎡᏒꓣяЯ",
  s: "ѕЅꜱՏᏚꓢ",
  t: "тТΤτᴛŧŦᎢꓔⲦ",
  u: "υսՍᴜцꓴ",
  v: "νѵѴᴠᏙꓦ",
  w: "ωԝԜաᴡᎳꓪшѡ",
  x: "хХΧχᕁꓫⲬⲭ",
  y: "уУΥγүҮʏꓬⲨ",
  z: "ΖζᴢᏃꓜⲌ",
};

const A = 97;
/** First letters of alphabets in signs: negative circled, negative squared, regional indicators. */
const SIGN_ALPHABETS = [0x1f150, 0x1f170, 0x1f1e6];

const LATIN: ReadonlyMap<string, string> = new Map([
  ...Object.entries(LOOK_ALIKES).flatMap(([latin, others]) =>
    [...others].map((other) => [other, latin] as const),
  ),
  ...SIGN_ALPHABETS.flatMap((start) =>
    Array.from(
      { length: 26 },
      (_, index) => [String.fromCodePoint(start + index), String.fromCharCode(A + index)] as const,
    ),
  ),
]);

const BEYOND_ASCII = /[^\p{ASCII}]/gu;

/** The text with look-alikes as the Latin letters they look like. */
export const latinize = (text: string): string =>
  text.replace(BEYOND_ASCII, (letter) => LATIN.get(letter) ?? letter);
