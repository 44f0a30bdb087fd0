// What an operator wants to know of the endpoints of a cascade before anybody speaks: each is asked once, and what is wrong is
// said with what to do about it.

import { ColloquyError, readFrame } from '@colloquy/protocol';
import { SPEECH_HZ, type ThinkRequest } from '../ports.ts';
import {
  type CascadeConfig,
  type EndpointConfig,
  type Environment,
  endpointOf,
  readCascadeConfig,
  type SpeakConfig,
  type ThinkConfig,
  type TranscribeConfig,
  thinkerOptions,
} from './cascade-config.ts';
import { type Endpoint, exchange, readAll } from './http-endpoint.ts';
import { field, listField } from './json-fields.ts';
import { readAnswer } from './openai-answer.ts';
import { chatBody, chatReader } from './openai-chat.ts';
import { responsesBody, responsesReader } from './openai-responses.ts';
import { openAiSpeaker } from './openai-speak.ts';
import { openAiTranscriber } from './openai-transcribe.ts';
import { faultOf, type StageFault, type StageName } from './stage-fault.ts';
import { toolNames } from './tool-names.ts';

export type EndpointProblem =
  | 'misconfigured'
  | 'unreachable'
  | 'unauthorized'
  | 'wrong_model'
  | 'not_found'
  | 'refused'
  | 'timeout'
  | 'not_streaming'
  | 'wrong_audio'
  | 'wrong_answer';

/** What became of asking one endpoint. */
export interface EndpointReport {
  readonly stage: StageName;
  readonly ok: boolean;
  /** Where it was asked, without a query; `null` when that could not be told. */
  readonly address: string | null;
  readonly model: string;
  /** Milliseconds to the first word or sound, and to the end of the answer. */
  readonly first_ms: number | null;
  readonly total_ms: number | null;
  readonly problem: EndpointProblem | null;
  /** One sentence, or several; empty when all is well. */
  readonly message: string;
}

/** Something was answered, and it is not what will do. */
interface Finding {
  readonly problem: EndpointProblem;
  readonly message: string;
}

interface Answered {
  readonly firstMs: number;
  readonly finding?: Finding;
}

/**
 * Asks every endpoint of a configuration one small thing, all at the same time, and reports on each. Throws only what
 * `readCascadeConfig` throws. Costs what three short requests cost.
 */
export async function checkEndpoints(
  given: CascadeConfig,
  env: Environment,
  signal: AbortSignal = new AbortController().signal,
): Promise<EndpointReport[]> {
  const { transcribe, think, speak } = readCascadeConfig(given);
  const report = async <C extends EndpointConfig>(
    stage: StageName,
    config: C | undefined,
    ask: (config: C, endpoint: Endpoint, signal: AbortSignal) => Promise<Answered>,
  ): Promise<EndpointReport[]> => (config ? [await reportOn(stage, config, ask, env, signal)] : []);
  const reports = await Promise.all([
    report('transcribe', transcribe ?? undefined, askToTranscribe),
    report('think', think ?? undefined, askToThink),
    report('speak', speak ?? undefined, askToSpeak),
  ]);
  return reports.flat();
}

async function reportOn<C extends EndpointConfig>(
  stage: StageName,
  config: C,
  ask: (config: C, endpoint: Endpoint, signal: AbortSignal) => Promise<Answered>,
  env: Environment,
  signal: AbortSignal,
): Promise<EndpointReport> {
  const blank = { stage, ok: false, address: null, model: config.model, first_ms: null, total_ms: null };
  let endpoint: Endpoint;
  try {
    // Once is enough: what fails in passing is to be seen.
    endpoint = endpointOf(stage, { ...config, retries: 0 }, env);
  } catch (error) {
    if (!ColloquyError.is(error)) throw error;
    return { ...blank, problem: 'misconfigured', message: `${(error as Error).message}.` };
  }
  const { origin, pathname } = new URL(endpoint.url);
  const address = origin + pathname;
  const began = performance.now();
  try {
    const { firstMs, finding } = await ask(config, endpoint, signal);
    const timed = { first_ms: Math.round(firstMs), total_ms: Math.round(performance.now() - began) };
    return {
      ...blank,
      address,
      ...timed,
      ok: !finding,
      problem: finding?.problem ?? null,
      message: finding?.message ?? '',
    };
  } catch (error) {
    if (!ColloquyError.is(error)) throw error;
    const { problem, message } = await explain(error as ColloquyError, endpoint, config);
    return { ...blank, address, problem, message };
  }
}

// ---- What is asked ----

const NO_TOOLS = toolNames([], 'auto');
const QUESTION: ThinkRequest = {
  tools: [],
  context: [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Count from one to ten, in words.' }] },
  ],
  config: {
    model: '',
    output_modalities: ['text'],
    instructions: '',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    audio: { output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: '', speed: 1 } },
    prompt: null,
    metadata: null,
  },
};

async function askToThink(config: ThinkConfig, endpoint: Endpoint, signal: AbortSignal): Promise<Answered> {
  const options = thinkerOptions(config, endpoint);
  const [body, reader] = options.api === 'chat' ? [chatBody, chatReader] : [responsesBody, responsesReader];
  const ask = () => ({
    body: JSON.stringify(body(QUESTION, NO_TOOLS, options)),
    contentType: 'application/json',
    accept: 'text/event-stream',
  });
  const began = performance.now();
  let firstMs: number | undefined;
  let deltas = 0;
  for await (const thought of exchange(endpoint, ask, (reply) => readAnswer(reply, reader(NO_TOOLS)), signal)) {
    if (thought.type !== 'text.delta') continue;
    deltas += 1;
    firstMs ??= performance.now() - began;
  }
  if (firstMs === undefined)
    return finding(began, 'wrong_answer', 'It answered without a word. A reasoning model may have been cut short.');
  if (deltas > 1) return { firstMs };
  return finding(
    began,
    'not_streaming',
    'It answers all at once: nothing can be said before everything is written. Use a server that streams.',
  );
}

async function askToSpeak(config: SpeakConfig, endpoint: Endpoint, signal: AbortSignal): Promise<Answered> {
  const rateHz = config.rate_hz ?? 24_000;
  const speaker = openAiSpeaker({
    endpoint,
    model: config.model,
    rateHz,
    speed: false,
    ...(config.voice && { voice: config.voice }),
  });
  const began = performance.now();
  let firstMs: number | undefined;
  let heard = new Int16Array();
  let heardHz = rateHz;
  const voice = config.voice ?? config.voices?.[0] ?? 'alloy';
  for await (const sound of speaker.speak('One, two, three, four, five.', { voice, speed: 1, signal })) {
    firstMs ??= performance.now() - began;
    heardHz = sound.rateHz;
    const longer = new Int16Array(heard.length + sound.samples.length);
    longer.set(heard);
    longer.set(sound.samples, heard.length);
    heard = longer;
  }
  const wrong = implausible(heard, heardHz);
  return { firstMs: firstMs ?? 0, ...(wrong && { finding: { problem: 'wrong_audio', message: wrong } }) };
}

/** How long five words take to be said, in seconds, with much to spare. */
const SHORTEST = 0.7;
const LONGEST = 8;
/** Neighbouring samples of speech are alike; those of anything compressed, read as samples, are not. */
const LEAST_LIKENESS = 0.3;

/** Why sound cannot be five words of speech; `undefined` when it may be. */
export function implausible(samples: Int16Array, rateHz: number): string | undefined {
  let power = 0;
  let likeness = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] ?? 0;
    power += sample * sample;
    likeness += sample * (samples[i + 1] ?? 0);
  }
  if (power / Math.max(1, samples.length) < 100) return 'It sends silence.';
  if (likeness / power < LEAST_LIKENESS)
    return 'What it sends does not sound like raw 16-bit samples: it may be another format. It is asked for pcm.';
  const seconds = samples.length / rateHz;
  if (seconds >= SHORTEST && seconds <= LONGEST) return undefined;
  return `Five words took ${seconds.toFixed(1)} s at ${rateHz} Hz: its rate may be another. Set 'rate_hz'.`;
}

async function askToTranscribe(config: TranscribeConfig, endpoint: Endpoint, signal: AbortSignal): Promise<Answered> {
  const transcriber = openAiTranscriber({ endpoint, model: config.model });
  const began = performance.now();
  const language = config.language ? { language: config.language } : {};
  const utterance = transcriber.open({ speaker: 'check', signal, ...language });
  // A second of a quiet tone: what matters is that the answer is one, not what it says.
  utterance.write(
    Int16Array.from({ length: SPEECH_HZ }, (_, i) => 1000 * Math.sin((i * 300 * 2 * Math.PI) / SPEECH_HZ)),
  );
  await utterance.finish();
  return { firstMs: performance.now() - began };
}

const finding = (began: number, problem: EndpointProblem, message: string): Answered => ({
  firstMs: performance.now() - began,
  finding: { problem, message },
});

// ---- What went wrong ----

async function explain(error: ColloquyError, endpoint: Endpoint, config: EndpointConfig): Promise<Finding> {
  const { message } = error;
  const fault = faultOf(error);
  switch (fault?.fault) {
    case 'unreachable':
      return { problem: 'unreachable', message: `${message} ${REACHING.get(fault.reason) ?? 'Is the address right?'}` };
    case 'timeout':
      return { problem: 'timeout', message };
    case 'status':
      return explainStatus(message, fault, endpoint, config);
    case 'content':
      return { problem: fault.reason.includes('audio') ? 'wrong_audio' : 'wrong_answer', message };
    default:
      return { problem: 'wrong_answer', message };
  }
}

const REACHING: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ECONNREFUSED: 'Nothing listens there: is the server running, and the port right?',
    ENOTFOUND: 'There is no such host name.',
    ERR_BARRED_PORT: 'No browser and no fetch dials that port: use another.',
    EAI_AGAIN: 'Names cannot be looked up: is there a network?',
    ECONNRESET: 'It hung up: does it want https?',
    UND_ERR_SOCKET: 'It hung up: does it want https?',
  }),
);

async function explainStatus(
  message: string,
  { status, reason }: Extract<StageFault, { fault: 'status' }>,
  endpoint: Endpoint,
  config: EndpointConfig,
): Promise<Finding> {
  if (status === 401 || status === 403) {
    const hint =
      endpoint.key === undefined ? "No key is configured: set 'key_env' or 'key_file'." : 'Is its key right?';
    return { problem: 'unauthorized', message: `${message} ${hint}` };
  }
  const isAboutModel = reason === 'model_not_found' || reason === 'DeploymentNotFound';
  if (status !== 404 && status !== 400 && !isAboutModel) return { problem: 'refused', message };
  const models = await listModels(endpoint);
  if (isAboutModel || (models && !models.includes(config.model))) {
    const known = models?.length ? ` It has ${models.slice(0, 10).join(', ')}.` : '';
    return { problem: 'wrong_model', message: `${message} It has no model of the configured name.${known}` };
  }
  if (status !== 404) return { problem: 'refused', message };
  return { problem: 'not_found', message: `${message} The address is wrong, or the model's name.` };
}

/** Names of models, as the server lists them; `undefined` when it does not. */
async function listModels({ url, key }: Endpoint): Promise<string[] | undefined> {
  const address = new URL(url);
  address.pathname = address.pathname.replace(
    /\/(?:chat\/completions|responses|audio\/(?:speech|transcriptions))$/,
    '/models',
  );
  try {
    const response = await fetch(address, {
      redirect: 'manual',
      signal: AbortSignal.timeout(5000),
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    });
    const bytes = response.ok && response.body ? await readAll(response.body, 1024 * 1024) : undefined;
    const read = bytes && readFrame(bytes, false);
    if (!read?.ok) return undefined;
    const names = listField(read.value, 'data').map((model) => field(model, 'id'));
    return names.filter((name): name is string => typeof name === 'string' && /^[\w./:-]{1,100}$/.test(name));
  } catch {
    return undefined; // an extra: the report does without
  }
}
