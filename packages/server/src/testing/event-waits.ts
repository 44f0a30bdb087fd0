// Waits for events of a test server. A wait ends with the event, with an unexpected failed response, or with a timeout.

import { ColloquyError, type ServerEvent } from '@colloquy/protocol';

interface Wait {
  readonly type: string;
  resolve(event: ServerEvent): void;
  reject(reason: string): void;
}

/** Shorter than the 5 s timeout of vitest and jest, so that the test fails with the message of the wait. */
const TIMEOUT_MS = 4000;

/**
 * Waits for events passed to `handleEvent`. `failureOf` returns why a `response.done` is an unexpected failure, or `undefined`.
 */
export class EventWaits {
  readonly events: ServerEvent[] = [];
  readonly #waits = new Set<Wait>();
  readonly #failureOf: (event: ServerEvent) => string | undefined;
  /** Unexpected failure of the latest response; cleared by the next `response.created`. */
  #failure: string | undefined;

  constructor(failureOf: (event: ServerEvent) => string | undefined) {
    this.#failureOf = failureOf;
  }

  handleEvent(event: ServerEvent): void {
    this.events.push(event);
    for (const wait of this.#waits) if (wait.type === event.type) wait.resolve(event);
    if (event.type === 'response.created') this.#failure = undefined;
    if (event.type !== 'response.done') return;
    this.#failure = this.#failureOf(event);
    if (this.#failure !== undefined) for (const wait of this.#waits) wait.reject(this.#failure);
  }

  /** Resolves with the first event of a type, past or future. */
  first(type: string, timeoutMs = TIMEOUT_MS): Promise<ServerEvent> {
    const existing = this.events.find((event) => event.type === type);
    if (existing) return Promise.resolve(existing);
    return new Promise((resolve, reject) => {
      const fail = (code: 'upstream_timeout' | 'invalid_configuration', message: string) => {
        end();
        reject(new ColloquyError(code, message));
      };
      const wait: Wait = {
        type,
        resolve(event) {
          end();
          resolve(event);
        },
        reject: (reason) => fail('invalid_configuration', `no '${type}' will be sent: ${reason}`),
      };
      const end = () => {
        clearTimeout(timer);
        this.#waits.delete(wait);
      };
      const timer = setTimeout(() => {
        const last = this.events.at(-1)?.type ?? 'nothing';
        fail('upstream_timeout', `no '${type}' within ${timeoutMs} ms; the latest event sent was '${last}'`);
      }, timeoutMs);
      this.#waits.add(wait);
      if (this.#failure !== undefined) wait.reject(this.#failure);
    });
  }
}
