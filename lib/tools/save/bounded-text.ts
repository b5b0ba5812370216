// Texts of others, cut to what a saved context may hold.

/** At most so many bytes of UTF-8, no character halved; what cannot be written becomes U+FFFD. */
export function cutToBytes(text: string, most: number): { readonly text: string; readonly truncated: boolean } {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= most) return { text: bytes.toString('utf8'), truncated: false };
  return { text: new TextDecoder().decode(bytes.subarray(0, most), { stream: true }), truncated: true };
}

/** At most so many characters, the last three of them dots when something is missing. */
export function cutToChars(text: string, most: number): string {
  const letters = Array.from(text);
  return letters.length <= most ? text : letters.slice(0, Math.max(0, most - 3)).join('') + '...'.slice(0, most);
}
