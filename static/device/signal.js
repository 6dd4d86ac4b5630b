/** Something that others follow, within one tab. @template T */
export class Signal {
  /** @type {Set<(value: T) => void>} */
  #followers = new Set();

  /** @param {(value: T) => void} follower @returns {() => void} how to stop following */
  follow(follower) {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** @param {T} value */
  tell(value) {
    for (const follower of [...this.#followers]) follower(value);
  }
}
