// What it costs to be heard and answered: from the end of the user's speech to the first sound of the answer, stage by stage; from
// the user's first sound to the last of an answer that is interrupted; CPU; how many can talk at once; the parts on their own.
//
//   npm run bench -- voice
//
// The server is a process of its own with the offline engine, its clients and their voices are this one. They speak at the pace of
// speech, so this takes some minutes. Sentences differ in length and so do their figures: what is printed are medians.

import { median, quantile, startServer } from './server-work.mjs';
import { joined, loud, talker } from './voice-client.mjs';
import {
  closedMs,
  closeParts,
  costs,
  Flite,
  missing,
  recognised,
  recognisedMs,
  reduced,
  SPEECH_HZ,
  signalToNoise,
} from './voice-parts.mjs';

/** What is said, and what the answer begins with. */
const TURNS = [
  ['What is two plus two?', '2 plus 2 is 4.'],
  ['Hello! How are you doing today?', 'I am doing well,'],
  ['My name is Mary.', 'Nice to meet you,'],
  ['Please count from one to ten.', '1, 2, 3,'],
];
const ROUNDS = 3;
const SILENCE_MS = 500;
const TALKERS = [1, 2, 4, 6, 8];
const TALKING_MS = 25_000;

const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
const head = (...cells) => {
  row(...cells);
  row(...cells.map(() => '---'));
};
const milli = (value) => `${Math.round(value)} ms`;
const type = (wanted) => (event) => event.type === wanted;

if (missing.length > 0) {
  console.error(`voice is not measured: ${missing.join('; ')}`);
  process.exit(0);
}

/** One turn: when the speech ended, and what came when after it. */
async function turn(client, samples) {
  const from = client.events.length;
  const endedAt = await client.say(samples).ended;
  const since = async (holds) => (await client.until(holds, from)).at - endedAt;
  const stages = {
    stopped: since(type('input_audio_buffer.speech_stopped')),
    words: since(type('conversation.item.input_audio_transcription.completed')),
    thought: since(type('response.output_audio_transcript.delta')),
    sound: since(type('response.output_audio.delta')),
  };
  for (const [name, promise] of Object.entries(stages)) stages[name] = await promise;
  const { event } = await client.until(type('response.done'), from);
  return { ...stages, response: event.response };
}

async function latency() {
  const server = await startServer('offline');
  const client = await talker(server);
  const turns = [];
  const alone = [];
  // The first words of a voice are heard twice.
  await turn(client, await loud(TURNS[0][0]));
  await recognisedMs(await loud(TURNS[0][0], 'rms', SPEECH_HZ));
  const before = await server.used();
  const begun = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [said] of TURNS) turns.push(await turn(client, await loud(said)));
  }
  const after = await server.used();
  const share = (after.cpu - before.cpu) / 1000 / (performance.now() - begun);
  client.close();
  const quiet = await talker(server);
  const idle = await server.used();
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const hushed = ((await server.used()).cpu - idle.cpu) / 1000 / 5000;
  quiet.close();
  server.stop();
  for (const [said, answer] of TURNS) {
    const samples = await loud(said, 'rms', SPEECH_HZ);
    const detect = await closedMs(samples, SILENCE_MS);
    const recognise = await recognisedMs(joined(new Int16Array(4800), samples, new Int16Array(16 * SILENCE_MS)));
    alone.push({ detect, recognise, speak: await Flite.firstMs(answer) });
  }

  const of = (name) => median(turns.map((each) => each[name]));
  const between = (a, b) => median(turns.map((each) => each[b] - each[a]));
  const [detect, recognise, speak] = ['detect', 'recognise', 'speak'].map((name) =>
    median(alone.map((each) => each[name])),
  );
  const sum = detect + recognise + speak;
  console.log(`From the last sample of speech, ${turns.length} turns; beside it what the part takes on its own:\n`);
  head('stage', 'within the server', 'the part alone');
  row(`silence that closes the turn (${SILENCE_MS} ms asked for)`, milli(of('stopped')), milli(detect));
  row('recognition: until `transcription.completed`', milli(between('stopped', 'words')), milli(recognise));
  row('thinking: until the first words of the answer', milli(between('words', 'thought')), '–');
  row('speaking: until the first sound', milli(between('thought', 'sound')), milli(speak));
  row('**end of speech to first sound**', `**${milli(of('sound'))}**`, milli(sum));
  console.log(
    `\nWhat the server adds to the sum of its parts: ${milli(of('sound') - sum)}; p90 of the whole ${milli(
      quantile(
        turns.map((each) => each.sound),
        0.9,
      ),
    )}.`,
  );
  console.log(
    `CPU of the server for one session: ${Math.round(share * 100)} % of a core while it talks, ${(hushed * 100).toFixed(1)} % while it is sent silence.`,
  );
}

async function bargeIn() {
  const server = await startServer('offline');
  const long = await loud('Please help me.');
  const interruption = await loud('What is the weather like in Paris today?');
  const rounds = [];
  for (let round = 0; round < 6; round++) {
    const client = await talker(server);
    client.say(long);
    await client.until(type('response.output_audio.delta'));
    await new Promise((resolve) => setTimeout(resolve, 700 + 37 * round));
    const from = client.events.length;
    const begunAt = await client.say(interruption).began;
    const started = await client.until(type('input_audio_buffer.speech_started'), from);
    const done = await client.until(type('response.done'), from);
    await client.until(type('input_audio_buffer.speech_stopped'), from);
    const last = client.events.findLast(
      ({ event }) => event.type === 'response.output_audio.delta' && event.response_id === done.event.response.id,
    );
    if (done.event.response.status !== 'cancelled') throw new Error(`an answer was ${done.event.response.status}`);
    rounds.push({
      started: started.at - begunAt,
      last: Math.max(0, last.at - begunAt),
      done: done.at - begunAt,
      // Sound that comes after the answer was said to be over would be a fault.
      late: last.at > done.at ? 1 : 0,
    });
    client.close();
  }
  server.stop();
  const figure = (name) => median(rounds.map((each) => each[name]));
  const worst = (name) => Math.max(...rounds.map((each) => each[name]));
  console.log(`\nFrom the first loud sample of an interruption, ${rounds.length} of them:\n`);
  head('until', 'median', 'longest');
  row('`speech_started`', milli(figure('started')), milli(worst('started')));
  row('the last frame of sound', milli(figure('last')), milli(worst('last')));
  row('`response.done`, cancelled', milli(figure('done')), milli(worst('done')));
  row('frames of sound after that', figure('late'), worst('late'));
}

async function crowd() {
  console.log(`\nTalkers at once, each asking again as soon as it is answered, ${TALKING_MS / 1000} s each:\n`);
  head('talkers', 'turns', 'end of speech to first sound p50', 'p90', 'CPU of the server, of a core');
  for (const count of TALKERS) {
    const server = await startServer('offline');
    const clients = await Promise.all(Array.from({ length: count }, () => talker(server)));
    const waits = [];
    const before = await server.used();
    const begun = performance.now();
    await Promise.all(
      clients.map(async (client, index) => {
        const voice = ['rms', 'slt', 'awb'][index % 3];
        for (let each = index; performance.now() - begun < TALKING_MS; each += 1) {
          waits.push((await turn(client, await loud(TURNS[each % 3][0], voice))).sound);
        }
      }),
    );
    const share = ((await server.used()).cpu - before.cpu) / 1000 / (performance.now() - begun);
    for (const client of clients) client.close();
    server.stop();
    row(count, waits.length, milli(median(waits)), milli(quantile(waits, 0.9)), `${Math.round(share * 100)} %`);
  }
}

async function parts() {
  const text = TURNS.map(([said]) => said).join(' ');
  const samples = await Flite.speak(text);
  console.log('\nThe parts, CPU for a second of sound:\n');
  head('part', 'CPU');
  for (const [name, cost] of Object.entries(costs(samples, text))) {
    await cost();
    row(name, `${(await cost()).toFixed(1)} ms`);
  }
  console.log('\nA tone of 997 Hz at another rate, over everything else:\n');
  const rates = [
    [24_000, 16_000],
    [16_000, 24_000],
    [24_000, 8000],
    [8000, 24_000],
    [22_050, 24_000],
  ];
  head(...rates.map(([from, to]) => `${from / 1000} → ${to / 1000} kHz`));
  row(...rates.map(([from, to]) => `${Math.round(signalToNoise(from, to))} dB`));
}

/** White, or with more of the low tones, the same for the same seed. */
function noisy(samples, amplitude, kind, seed) {
  let state = seed;
  const bands = [0, 0, 0];
  return samples.map((sample) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    const white = (state / 0x7fff_ffff) * 2 - 1;
    bands[0] = 0.997_65 * bands[0] + white * 0.099;
    bands[1] = 0.963 * bands[1] + white * 0.2965;
    bands[2] = 0.57 * bands[2] + white * 1.0527;
    const pink = (bands[0] + bands[1] + bands[2] + white * 0.1848) / 3;
    return Math.max(-32_768, Math.min(32_767, sample + amplitude * (kind === 'white' ? white : pink)));
  });
}

/** Words wrong, missing or too many. */
function mistakes(said, heard) {
  const [a, b] = [said.toLowerCase().match(/[a-z]+/g), heard.split(' ').filter(Boolean)];
  let line = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, word] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      next.push(Math.min(line[j + 1] + 1, next[j] + 1, line[j] + (word === other ? 0 : 1)));
    }
    line = next;
  }
  return { wrong: line.at(-1), of: a.length };
}

async function noise() {
  const sentences = [
    ...TURNS.map(([said]) => said),
    'What is the weather like in Paris today?',
    'Tell me the time and the date please.',
    'Can you help me with my homework?',
    'I would like to order a large pizza.',
  ];
  const strengths = [null, { type: 'near_field' }, { type: 'far_field' }];
  console.log(`\nWords wrong of ${sentences.length} sentences in two voices, by noise and noise reduction:\n`);
  head('noise', 'none', 'near_field', 'far_field');
  for (const [kind, amplitude] of [
    ['white', 0],
    ['white', 400],
    ['pink', 400],
    ['pink', 800],
  ]) {
    const cells = [];
    for (const strength of strengths) {
      const sum = { wrong: 0, of: 0 };
      for (const [index, said] of sentences.entries()) {
        for (const voice of ['rms', 'slt']) {
          const clean = joined(new Int16Array(0.8 * SPEECH_HZ), await Flite.speak(said, voice), new Int16Array(6400));
          const heard = await recognised(reduced(noisy(clean, amplitude, kind, index + 1), strength));
          const { wrong, of } = mistakes(said, heard);
          sum.wrong += wrong;
          sum.of += of;
        }
      }
      cells.push(`${Math.round((100 * sum.wrong) / sum.of)} %`);
    }
    row(amplitude === 0 ? 'none' : `${kind}, amplitude ${amplitude}`, ...cells);
  }
}

const only = process.argv[2];
for (const section of [latency, bargeIn, crowd, parts, noise]) {
  if (only === undefined || section.name === only) await section();
}
await closeParts();
process.exit(0);
