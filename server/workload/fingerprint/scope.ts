/** Names of one SELECT's sources and the canonical names that take their place. */
export class NameScope {
  readonly #sources = new Map<string, string>();
  readonly #ctes = new Map<string, string>();
  /** Names in the select list: a plain name may mean one of these rather than a column. */
  outputs: ReadonlySet<string> = new Set();

  /** `outer` is null where no other query's columns can be seen. */
  constructor(
    readonly outer: NameScope | null,
    readonly enclosing: NameScope | null = outer,
  ) {}

  /** False: two sources share the name. */
  addSource(name: string, canonical: string): boolean {
    const key = name === "" ? `unnamed ${canonical}` : name;
    const isNew = !this.#sources.has(key);
    this.#sources.set(key, canonical);
    return isNew;
  }

  addCte(name: string, canonical: string): void {
    this.#ctes.set(name, canonical);
  }

  findSource(name: string): string | undefined {
    return this.#sources.get(name) ?? this.outer?.findSource(name);
  }

  findCte(name: string): string | undefined {
    return this.#ctes.get(name) ?? this.enclosing?.findCte(name);
  }

  /** The source every plain name must belong to; null where there are several, or outer queries. */
  get onlySource(): string | null {
    const [only, ...others] = this.#sources.values();
    return others.length === 0 && this.outer === null ? (only ?? null) : null;
  }

  get sourceCount(): number {
    return this.#sources.size;
  }
}
