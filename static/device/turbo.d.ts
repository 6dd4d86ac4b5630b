/** The few doors of Turbo that are used; it brings no types of its own. */
declare module "@hotwired/turbo" {
  export const session: { drive: boolean };
  export const cache: { exemptPageFromCache(): void };
  export function visit(location: string, options?: { action?: "advance" | "replace" }): void;
}
