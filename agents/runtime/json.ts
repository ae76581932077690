/** JSON that carries bigints, as `{"$bigint": "123"}`. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? { $bigint: item.toString() } : item));
}

/** The inverse of {@link toJson}. */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, item: unknown) => {
    if (typeof item !== "object" || item === null) return item;
    const { $bigint } = item as { $bigint?: unknown };
    return typeof $bigint === "string" ? BigInt($bigint) : item;
  });
}
