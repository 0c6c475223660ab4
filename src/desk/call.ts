/** What one room of a desk calls out to the others: it knows none of them, and they hear it in the order they came. */
export type Call<T> = {
  tell(what: T): void
  hear(listener: (what: T) => void): void
}

/** A call that nobody hears yet. */
export function openCall<T>(): Call<T> {
  const listeners: ((what: T) => void)[] = []
  return {
    tell(what) {
      for (const listener of listeners) listener(what)
    },
    hear: (listener) => void listeners.push(listener),
  }
}
