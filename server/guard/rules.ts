import { ANYWHERE, type InjectionCode, type Rule } from "./rule";
import { MARKUP, SQL } from "./sign-rules";

/** One of these; `_` stands for a space. */
const any = (words: string): string =>
  `(?:${words.trim().replaceAll(/\s+/g, "|").replaceAll("_", " ")})`;
/** At most so many words between. Bounded, so that matching takes linear time. */
const gap = (words: number): string => `(?: [^ ]+){0,${words}}`;

/** Before what somebody may or does, which is no order to the reader. */
const TOLD = any(
  "to may can could might will would shall must not never dont cannot we they i he she it who that which users reviewers drivers customers people admins if when whether unless where once because since roles systems",
);

/** A form that begins with one of some words; the rest as a pattern, from the space after them on. */
function words(code: InjectionCode, first: string, rest: string): Rule {
  const starts = first.split(" ").map((each) => each.split("_")[0] ?? each);
  return {
    code,
    view: "words",
    pattern: new RegExp(`${any(first)}${rest}(?![^ ])`, "y"),
    first: new Set(starts),
    isJoint: false,
  };
}

/** The same, unless it is told of somebody. */
function order(code: InjectionCode, first: string, rest: string): Rule {
  const rule = words(code, first, rest);
  return { ...rule, pattern: new RegExp(`(?<!(?<![^ ])${TOLD} )${rule.pattern.source}`, "y") };
}

const acrossTexts = (rule: Rule): Rule => ({ ...rule, isJoint: true });

const OVERRIDE =
  "ignore disregard forget override bypass overrule neglect dismiss disobey violate discard unlearn abandon";
const EARLIER = any("previous prior above earlier preceding foregoing your system safety");
const ORDERS = any(
  "instruction instructions prompt prompts guideline guidelines directive directives guardrail guardrails programming",
);
const SECRETS = any(
  "password passwords secret secrets credential credentials token tokens key keys prompt",
);
const READER =
  "ai llm llms language_model language_models sidecar chatbot gpt ai_assistant ai_agent";

const OVERRIDES: readonly Rule[] = [
  words("override", OVERRIDE, `${gap(7)} ${EARLIER}${gap(4)} ${ORDERS}`),
  // Words that no column is named by.
  acrossTexts(
    words("override", "ignore disregard forget disobey", `${gap(7)} ${EARLIER}${gap(4)} ${ORDERS}`),
  ),
  order("override", OVERRIDE, `${gap(2)} ${any("all any every")}${gap(3)} ${ORDERS}`),
  order(
    "override",
    "ignore disregard forget",
    `${gap(2)} ${any("previous prior earlier above preceding foregoing")}${gap(1)} ${any("rules policies orders")}`,
  ),
  order(
    "override",
    OVERRIDE,
    `${gap(3)} ${any("your safety security access")}${gap(2)} ${any("rule rules policy policies restriction restrictions filter filters check checks limits")}`,
  ),
  words(
    "override",
    "ignore disregard forget",
    ` ${any("everything all anything")}(?: that)? ${any("you_were you_have_been i_said said_above above_and told")}`,
  ),
  order(
    "override",
    "ignore disregard forget",
    `${gap(2)} ${any("rules policy policies")}(?=$| and | when | above| then )`,
  ),
  words("override", "disregard forget", ` the [^ ]+ above ${any("and then instead")}`),
  // Torn apart, or written without spaces.
  {
    code: "override",
    view: "squeezed",
    first: ANYWHERE,
    isJoint: true,
    pattern: new RegExp(
      `${any("ignor disregard forget overrid bypass")}(?:e|ing)?${any("all any every of the my these those its other thing")}{0,5}` +
        `${any("previous prior above earlier preceding foregoing allyour yoursystem yoursafety")}` +
        `${any("and or other system safety the your all given very")}{0,4}${any("instruction prompt guideline directive guardrail")}`,
      "g",
    ),
  },
];

/** The same in other languages, without their accents. */
const FOREIGN_OVERRIDES: readonly Rule[] = [
  words(
    "override",
    "ignore ignorez ignorer oublie oubliez oublier negligez",
    `${gap(4)} ${any("instructions instruction consignes consigne directives directive")}${gap(2)} ${any("ci_dessus precedentes precedente anterieures anterieure et donnees")}`,
  ),
  words(
    "override",
    "ignoriere ignorieren_sie vergiss vergessen_sie missachte missachten_sie",
    `${gap(4)} ${any("anweisung anweisungen vorgabe vorgaben instruktion instruktionen regeln")}`,
  ),
  words(
    "override",
    "ignora ignore ignoren ignorate ignorad olvida olvide dimentica dimenticate esqueca negeer vergeet ignorera zignoruj",
    `${gap(5)} ${any("instrucciones istruzioni instrucoes instructies aanwijzingen instruktioner instrukcje indicaciones")}`,
  ),
  words("approval", "acceptez approuvez accepte approuve", `${gap(3)} sans`),
  words(
    "approval",
    "genehmige genehmigen akzeptiere bestatige",
    `${gap(5)} ohne${gap(2)} ${any("prufung uberprufung ruckfrage nachfrage freigabe zustimmung")}`,
  ),
  words(
    "approval",
    "aprueba apruebe acepta acepte approva accetta",
    `${gap(5)} (?:sin|senza)${gap(1)} ${any("revision revisar preguntar aprobacion verifica revisione chiedere")}`,
  ),
  words(
    "role",
    "du_bist_jetzt du_bist_nun ab_sofort_bist_du tu_es_maintenant vous_etes_maintenant ahora_eres ora_sei",
    "",
  ),
];

const ROLES: readonly Rule[] = [
  order(
    "role",
    "you_are youre act_as pretend_to_be pretend_you_are roleplay_as role_play_as behave_as behave_like imagine_you_are respond_as",
    `${gap(3)} ${any("ai llm bot chatbot language_model admin administrator root superuser dba sidecar unrestricted jailbroken dan approver uncensored")}`,
  ),
  words(
    "role",
    "from_now_on_you",
    `${gap(2)} ${any("are will must obey act answer approve accept ignore")}`,
  ),
  order(
    "role",
    "act_as imagine_you pretend_you behave_as",
    `${gap(6)} (?:without|no)(?: any)? ${any("limits restrictions rules policy policies filter filters")}`,
  ),
  words("role", "make_me", `(?: an?| the)? ${any("admin administrator owner root superuser")}`),
  words("role", "i_am_your", ` ${any("admin administrator developer creator operator owner")}`),
  words(
    "role",
    "your_new your_real your_actual your_only",
    ` ${any("task role goal job instructions objective purpose")} (?:is|are)`,
  ),
  order("role", "stop_following stop_applying", " your"),
  words("role", "do_anything_now developer_mode_enabled developer_mode_on jailbreak_mode", ""),
];

const DISCLOSURES: readonly Rule[] = [
  acrossTexts(order("secrets", "reveal leak exfiltrate disclose", `${gap(5)} ${SECRETS}`)),
  order(
    "secrets",
    "send give tell email mail forward share hand show",
    `(?: over)? (?:me|us)${gap(5)} ${SECRETS}`,
  ),
  words(
    "secrets",
    "print show repeat output return display write recite tell list dump",
    `${gap(3)} your${gap(2)} ${any("prompt instructions secrets keys credentials passwords rules")}`,
  ),
  words("secrets", "print show repeat output reveal recite", "(?: the)?(?: hidden)? system prompt"),
  words(
    "secrets",
    "repeat print output translate",
    `${gap(2)} ${any("everything text words lines instructions prompt")} above`,
  ),
  order(
    "secrets",
    "include append write put post echo paste insert",
    `${gap(2)} your${gap(2)} ${any("key keys connection_string system_prompt token password environment")}`,
  ),
  order(
    "secrets",
    "list show print output echo display dump",
    ` ${any("all every the")} ${any("passwords tokens secrets credentials api_keys api_key")}`,
  ),
  words(
    "secrets",
    "what_is_your what_are_your",
    ` ${any("system_prompt instructions prompt rules")}`,
  ),
  order(
    "secrets",
    "give grant assign",
    ` ${any("me us yourself our_agent my_account")}${gap(3)} ${any("admin access rights permission permissions privileges role everything")}`,
  ),
];

const APPROVALS: readonly Rule[] = [
  acrossTexts(
    order(
      "approval",
      "approve accept execute apply merge deploy commit run confirm authorize grant",
      `${gap(4)} without${gap(3)} ${any("review reviewing asking approval confirmation checking checks proof question questions screening verification")}`,
    ),
  ),
  order("approval", "just simply blindly immediately always", " approve"),
  order(
    "approval",
    "approve_it approve_this approve_everything",
    ` ${any("immediately now anyway blindly automatically directly regardless")}`,
  ),
  words(
    "approval",
    "auto_approve",
    ` ${any("this it everything every_proposal the_proposal all_proposals all_changes the_change")}`,
  ),
  order(
    "approval",
    "mark label flag treat record",
    ` ${any("this it everything each every all")}${gap(2)} as ${any("approved safe reviewed verified proven accepted trusted harmless tested compliant")}`,
  ),
  order(
    "approval",
    "answer reply respond decide vote return",
    `(?: only| always| just)*(?: with| in| by)?(?: the| an| opinion| word)* ${any("accept accepted approve approved fits affirmative")}`,
  ),
  words(
    "approval",
    "answer reply respond output return",
    `${gap(10)} ${any("nothing_else no_other_text nothing_more")}`,
  ),
  words(
    "approval",
    "set",
    `${gap(1)} ${any("requires_approval approval_required")}${gap(1)} to false`,
  ),
  order(
    "approval",
    "skip bypass disable suspend circumvent evade turn_off switch_off",
    `${gap(2)} ${any("screening guard guards your_review your_checks your_policy safety_checks security_checks human_review approval_step approval_process")}`,
  ),
  words("approval", "skip", `(?: the)? review${gap(3)} ${any("approve accept execute")}`),
  words(
    "approval",
    "assume pretend suppose imagine act_as_if behave_as_if",
    `${gap(2)} ${any("reviewer approval admin operator owner human")}${gap(2)} ${any("said says agreed approved gave given confirmed consented")}`,
  ),
  words(
    "approval",
    "this",
    ` ${any("proposal change message index request suggestion")}${gap(3)} ${any("needs_no requires_no need_no not_need not_require")} ${any("review approval check checks proof test testing measuring measurement")}`,
  ),
  words(
    "approval",
    "do_not dont never",
    ` ${any("tell inform notify alert ask")}${gap(1)} ${any("reviewer reviewers operator operators admin admins human humans")}`,
  ),
  order("approval", "set raise report", " your confidence"),
  words("approval", "no_review_needed no_review_required no_proof_needed no_checks_needed", ""),
  words("approval", "no_need_to", ` ${any("review verify prove measure")}`),
  words("approval", "your_answer your_reply your_response", " (?:must|should|shall|has to) be"),
  order("approval", "say", ` yes ${any("always to_everything to_all no_matter")}`),
  order("approval", "skip", " the (?:proof(?! read)|measurement|privacy check|policy check)"),
  order(
    "approval",
    "drop wipe erase destroy truncate delete",
    ` ${any("all the every the_entire the_whole")} ${any("database databases backups audit_log audit_logs audit_trail tables_you")}`,
  ),
  words("approval", "say says", ` ${any("reject deny refuse")}${gap(5)} ${any("accept approve")}`),
];

const OTHERS: readonly Rule[] = [
  // base64 and rot13, once digits are read as letters.
  words(
    "encoded",
    "decode decrypt base6a rotie unhex",
    `${gap(8)} ${any("do execute follow obey run perform")}${gap(2)} ${any("it says this them that")}`,
  ),
  words(
    "addressed",
    "attention note message reminder instructions instruction",
    ` (?:to|for)(?: the| any| all| every)* ${any(READER)}`,
  ),
  words(
    "addressed",
    READER,
    `s?(?: that| who| which| reading| reads)+${gap(4)} ${any("must should shall has_to have_to is_required are_required will")}`,
  ),
  words("addressed", "dear", ` ${any("model bot ai llm sidecar")}`),
  words("addressed", "if_you_are", `(?: an?| the) ${any("language_model ai llm bot")}`),
  words(
    "addressed",
    "sidecar",
    ` ${any("please be_so_kind you_must you_should approve ignore accept drop run execute grant delete")}`,
  ),
  words(
    "addressed",
    "this the",
    ` ${any("description comment text message column field")} is (?:an?|your) ${any("order command instruction directive")}(?! (?:confirmation|number|id|status|line|item|type|of|from|placed))`,
  ),
  words(
    "addressed",
    "when whenever",
    `(?: you)? ${any("summari[sz] describ explain answer review analy[sz] evaluat judg")}[a-z]*${gap(3)} ${any("say state claim reply respond pretend conclude answer mention")} ${any("that it yes accept everything")}`,
  ),
  words(
    "addressed",
    "end start",
    ` of(?: the)? ${any("proposal prompt system_prompt instructions message document context")} ${any("new_task new_instructions new_instruction new_goal now_you your_task your_new")}`,
  ),
  words(
    "addressed",
    "you_must you_should you_have_to you_will you_shall",
    `(?: now)? ${any("obey disregard bypass ignore_all ignore_the ignore_your ignore_any grant reveal approve_this approve_it comply_with_this comply_with_these")}`,
  ),
  words(
    "addressed",
    "tell inform instruct convince",
    ` your ${any("users reviewers admins operators people")}${gap(15)} ${any("log_in sign_in click pay password passwords approve http https www")}`,
  ),
];

/**
 * Forms that attacks are known by. Each names the act and what it is done to, or harmless texts trip it;
 * none needs more than a bounded number of steps from where it begins.
 */
export const RULES: readonly Rule[] = [
  ...[...OVERRIDES, ...FOREIGN_OVERRIDES, ...ROLES, ...MARKUP, ...DISCLOSURES],
  ...[...APPROVALS, ...SQL, ...OTHERS],
];
