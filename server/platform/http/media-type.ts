/** True for `application/json`, with or without parameters. */
export const isJsonType = (contentType: string | null): boolean =>
  contentType?.split(";", 1)[0]?.trim().toLowerCase() === "application/json";
