type HeaderValue = string | number | readonly string[];

/** The part of an API route's response that next-auth writes to, kept until it becomes a Response. */
export class ResponseRecorder {
  statusCode = 200;
  private readonly headers = new Map<string, HeaderValue>();
  private body: string | null = null;

  status(code: number): this {
    this.statusCode = code;
    return this;
  }

  getHeader(name: string): HeaderValue | undefined {
    return this.headers.get(name.toLowerCase());
  }

  setHeader(name: string, value: HeaderValue): this {
    this.headers.set(name.toLowerCase(), value);
    return this;
  }

  json(value: unknown): void {
    this.setHeader("content-type", "application/json");
    this.body = JSON.stringify(value);
  }

  send(value: unknown): void {
    if (typeof value === "string" || value === undefined || value === null) this.end(value);
    else this.json(value);
  }

  end(text?: string | null): void {
    this.body = text ?? null;
  }

  /** Where the caller is sent: by a redirect, or by the `url` that next-auth's client reads. */
  location(): string | null {
    const header = this.getHeader("location");
    if (header !== undefined) return String(header);
    if (this.getHeader("content-type") !== "application/json") return null;
    const value: unknown = JSON.parse(this.body ?? "null");
    const hasUrl = typeof value === "object" && value !== null && "url" in value;
    return hasUrl ? String(value.url) : null;
  }

  toResponse(): Response {
    const headers = new Headers();
    for (const [name, value] of this.headers) {
      for (const each of Array.isArray(value) ? value : [value]) headers.append(name, String(each));
    }
    return new Response(this.body, { status: this.statusCode, headers });
  }
}
