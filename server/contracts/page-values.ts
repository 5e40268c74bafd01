/** A moment on its way between page and service; JSON itself has none. */
const MOMENT = "$date";

const isPlain = (value: object) => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

function pack(value: unknown): unknown {
  if (value instanceof Date) return { [MOMENT]: value.toISOString() };
  if (Array.isArray(value)) return value.map(pack);
  if (typeof value !== "object" || value === null) return value;
  // A Map or a class would silently become {}.
  if (!isPlain(value)) throw new TypeError(`${value.constructor.name} has no form in JSON here`);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, pack(each)]));
}

function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === MOMENT && typeof first[1] === "string") {
    return new Date(first[1]);
  }
  // Own properties, whatever their names: `__proto__` is one like any other.
  return Object.fromEntries(entries.map(([key, each]) => [key, unpack(each)]));
}

/** How values travel between pages and the service, in tRPC's form: JSON, and moments. */
export const pageValues = {
  serialize: (value: unknown) => ({ json: pack(value) }),
  deserialize: ({ json }: { json?: unknown }): unknown => unpack(json),
};
