/** What a thread has: who it hears, and whom it tells. */
export type Scope<Heard, Told> = typeof globalThis & {
  postMessage(news: Told): void;
  onmessage: ((event: MessageEvent<Heard>) => void) | null;
};
