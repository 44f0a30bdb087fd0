// Reads and checks generated logs of full size: 10 GB of spoken turns and 10 million short lines. Prints time and memory, and
// fails if
// memory grows with the log. `-- --gigabytes N`, `-- --lines N` for other sizes.

import { parseArgs } from 'node:util';
import { byteLines, createConformance, createLogReader, textBytes } from '../packages/session/dist/index.js';

const { values } = parseArgs({
  options: { gigabytes: { type: 'string', default: '10' }, lines: { type: 'string', default: '10000000' } },
});
const MAX_GROWTH_MB = 200;
const LONGEST_BYTES = 64 * 1024 * 1024;
const encoder = new TextEncoder();

/** One line with a second of audio, over and over; the buffers are the same, the bytes that pass are not fewer. */
function* spoken(bytes) {
  const event = { type: 'input_audio_buffer.append', audio: 'A'.repeat(64_000) };
  const chunk = encoder.encode(
    `${JSON.stringify({ at: 1, from: 'client', event, audio_bytes: [48_000] })}\n`.repeat(16),
  );
  for (let made = 0; made < bytes; made += chunk.length) yield chunk;
}

function* tiny(lines) {
  const perChunk = 5000;
  const chunk = encoder.encode('{"type":"response.cancel"}\n'.repeat(perChunk));
  for (let made = 0; made < lines; made += perChunk) yield chunk;
}

async function measure(name, chunks) {
  const reader = createLogReader();
  const conformance = createConformance();
  const decoder = new TextDecoder();
  const began = performance.now();
  let [bytes, entries, peak, base] = [0, 0, 0, 0];
  async function* source() {
    for (const chunk of chunks) {
      bytes += chunk.length;
      const { heapUsed, external } = process.memoryUsage();
      if (base === 0) base = heapUsed + external;
      peak = Math.max(peak, heapUsed + external - base);
      yield chunk;
    }
  }
  for await (const line of byteLines(textBytes(source()), LONGEST_BYTES)) {
    for (const { entry } of reader.read(decoder.decode(line))) {
      entries += 1;
      conformance.observe(entry);
    }
  }
  const seconds = (performance.now() - began) / 1000;
  const megabytes = Math.round(peak / 1e6);
  const isBounded = megabytes <= MAX_GROWTH_MB;
  const amount = `${(bytes / 1e9).toFixed(2)} GB, ${entries.toLocaleString('en')} entries`;
  process.stdout.write(`${name}: ${amount} in ${seconds.toFixed(1)} s; memory grew by at most ${megabytes} MB\n`);
  if (!isBounded) process.stdout.write(`${name}: more than ${MAX_GROWTH_MB} MB\n`);
  return isBounded;
}

const big = await measure('long log', spoken(Number(values.gigabytes) * 1e9));
const small = await measure('tiny lines', tiny(Number(values.lines)));
process.exitCode = big && small ? 0 : 1;
