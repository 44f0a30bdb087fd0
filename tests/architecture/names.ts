// Banned identifiers and phrases with their replacements. names.test.ts looks for them; docs/style.md has the rules.

export interface BannedName {
  /** Matches the whole identifier, without a leading `#`. */
  readonly name: RegExp;
  /** What to use instead, by role. */
  readonly use: string;
  /** How many definitions remain. Lower it when you rename one; 0 is the aim. */
  readonly atMost: number;
}

export const BANNED_NAMES: readonly BannedName[] = [
  { name: /^hear$/, use: 'handleFrame, handleEvent, onSpeech, emit, apply or write', atMost: 0 },
  { name: /^take$/, use: 'dispatch, tryAcquire, observe or shift', atMost: 0 },
  { name: /^settle$/, use: 'finishStep, commit, rollback, flush or closeIfIdle', atMost: 0 },
  { name: /^(kept|keep|Kept\w*)$/, use: 'flushed, storeAudio, RecordingReader or StoredSecret', atMost: 0 },
  { name: /^(door|createDoor)$/, use: 'Authorizer, createAuthorizer', atMost: 0 },
  { name: /^(ears|unheard|patience|gone)$/, use: 'speechInput, pendingAudio, drained or closed', atMost: 0 },
  { name: /^hub$/, use: 'sessionRegistry', atMost: 0 },
  { name: /^(pump|pull)$/, use: 'runEngine, consumeStream', atMost: 0 },
  { name: /^(Voice|openVoices)$/, use: 'EngineBundle, openEngines; a voice is a speaker such as marin', atMost: 0 },
  { name: /^(aloud|Thought)$/, use: 'speakStream, ThinkEvent', atMost: 0 },
  { name: /^(Asked|askedBy|Opening|openingOf)$/, use: 'RequestHead, SessionRequest', atMost: 0 },
  { name: /^(words|\w+Words|Words\w*)$/, use: 'text, transcript, label or message; content for the level', atMost: 0 },
  { name: /^(told|said|asked|shown|found|given|heard)$/, use: 'message, request, result or input', atMost: 0 },
  { name: /^(MOST|LONGEST)(_\w+)?$/, use: 'MAX_… with noun and unit', atMost: 0 },
  {
    name: /^(LISTED|PIECE|SAID_MS|LOOK_MS|FAREWELL_MS)$/,
    use: 'MAX_…, ERROR_GRACE_MS, POLL_MS, CLOSE_TIMEOUT_MS',
    atMost: 0,
  },
  { name: /^(isPoor|trouble)$/, use: 'hasFailed, error', atMost: 0 },
  { name: /^(Inbox|frameGate|readerWatch)$/, use: 'AsyncQueue, frameLimits, backpressure', atMost: 0 },
  { name: /^(utils?|\w*Manager|\w*Helpers?)$/, use: 'the noun of its content', atMost: 0 },
];

/** A definition that stays, as `path: name`, each with the reason. */
export const ALLOWED_NAMES: Readonly<Record<string, string>> = {
  'packages/server/src/speech/stable-words.ts: StableWords': 'words of a text or of speech, one by one',
  'packages/server/src/speech/stable-words.ts: stableWords': 'words of a text or of speech, one by one',
  'packages/server/src/speech/stable-words.ts: words': 'words of a text or of speech, one by one',
  'packages/server/src/speech/stable-words.test.ts: words': 'words of a text or of speech, one by one',
  'packages/server/src/speech/offline/spoken-numbers.ts: words': 'words of a text or of speech, one by one',
  'packages/server/src/speech/offline/tool-call.ts: nameWords': 'words of a text or of speech, one by one',
  'packages/server/src/speech/offline/tool-call.ts: words': 'words of a text or of speech, one by one',
  'packages/server/src/speech/offline/offline-thinker.ts: words': 'words of a text or of speech, one by one',
  'packages/server/src/speech/offline/offline-thinker.ts: maxWords': 'words of a text or of speech, one by one',
  'packages/server/src/speech/offline/offline-rules.ts: words': 'words of a text or of speech, one by one',
  'packages/server/src/engines/parrot.ts: maxWords': 'words of a text or of speech, one by one',
  'packages/session/src/scenario/split-words.ts: splitWords': 'words of a text or of speech, one by one',
  'packages/session/src/scenario/split-words.ts: words': 'words of a text or of speech, one by one',
  'packages/session/src/scenario/split-words.test.ts: words': 'words of a text or of speech, one by one',
  'packages/cli/src/commands/completion.ts: commandWords': 'the words of a command line',
  'packages/cli/src/commands/replay.ts: words': 'the options --words and --patience',
  'packages/cli/src/commands/replay.ts: patience': 'the options --words and --patience',
  'packages/cli/src/play.ts: words': 'the option --words',
  'packages/session/src/analysis/client-replay.ts: words': 'a public option and count: what --words compares',
  'packages/protocol/src/codec/codec.test.ts: given': 'a key of the fixture',
  'tests/hostile/wire.test.ts: given': 'a key of the fixture',
};

/** Phrases that docs/style.md rules out, each with what to write. */
export const BANNED_PHRASES: readonly { readonly phrase: RegExp; readonly use: string }[] = [
  { phrase: /\bwhoever\b/i, use: 'name the actor' },
  { phrase: /\b(?:nobody|somebody)\b/i, use: 'name the actor, or use the passive' },
  { phrase: /\bso many\b/i, use: 'the number' },
  { phrase: /\bsuch as those that\b/i, use: 'such as' },
  { phrase: /\bwhat it is at\b/i, use: 'the request in progress' },
  { phrase: /\bof itself\b/i, use: 'name the cause' },
  { phrase: /\b(?:gets?|got) (?:its|their) turn\b/i, use: 'yields, runs' },
  { phrase: /\bof a sudden\b/i, use: 'sudden' },
  { phrase: /\bone does not see\b/i, use: 'invisible' },
  { phrase: /\bcannot be told\b/i, use: 'failed, unknown' },
  { phrase: /\bput into effect\b/i, use: 'apply' },
  { phrase: /\bhang up\b/i, use: 'disconnect' },
  { phrase: /\bagainst the protocol\b/i, use: 'protocol violation' },
  { phrase: /\bfrom being asked\b/i, use: 'time to first audio' },
  { phrase: /\brecogniser\b/i, use: 'transcriber' },
  { phrase: /\bheeds?\b/i, use: 'honours, follows' },
  { phrase: /\bin vain\b/i, use: 'without result, timed out' },
];

/** A place where a phrase is right, as `path: phrase`, with the reason. */
export const ALLOWED_PHRASES: Readonly<Record<string, string>> = {
  'packages/cli/src/reach.ts: hang up': "Node's own message, which is replaced",
};
