// Notes on what a log holds and its scenario does not carry.

/** Something in the log that the scenario does not carry. */
export interface ScenarioNote {
  /** Line of the log, from 1. */
  readonly line: number;
  readonly message: string;
}

const ONCE = {
  sessions: 'another session begins here; only the first one is carried',
  hidden: 'text that the recording hides is played as [REDACTED]',
  audio: "the client's audio is played as silence of the same length",
  audioLength: "the length of the client's audio is not in the recording; each append is 100 ms of silence",
  tone: 'spoken answers are played as a tone of the same length',
  toneLength: 'the length of the spoken answers is not in the recording; a word is 200 ms of tone',
  deltas: 'text is sent word by word, not in the deltas of the recording',
  transcription: 'a transcript of the user is sent in one delta',
  segments: 'segments of a transcript are not carried',
  mcp: 'a scenario has no MCP servers; the lists and results of their tools are not carried',
  idle: 'the server prompted a silent user; a test waits as long as the session says',
  beta: 'the session speaks the beta shape, which a test does not send',
} as const;

export class LogNotes {
  readonly #notes: ScenarioNote[] = [];
  readonly #noted = new Set<keyof typeof ONCE>();

  add(line: number, message: string): void {
    this.#notes.push({ line, message });
  }

  /** Notes something that a log has many times, where it is first. */
  addOnce(line: number, key: keyof typeof ONCE): void {
    if (this.#noted.has(key)) return;
    this.#noted.add(key);
    this.add(line, ONCE[key]);
  }

  has(key: keyof typeof ONCE): boolean {
    return this.#noted.has(key);
  }

  /** In the order of the log. */
  list(): ScenarioNote[] {
    return [...this.#notes].sort((a, b) => a.line - b.line);
  }
}
