// The conversation each openai-node client holds, the same whatever carries it: written as its users write it.
//
// `holdConversation(realtime)` takes an `OpenAIRealtimeWS` or an `OpenAIRealtimeWebSocket` and resolves with what it saw.

import { createHash } from 'node:crypto';

/** Collects what arrives, and lets the script wait for the next event of a type since it last asked. */
function listenTo(realtime) {
  const events = [];
  const errors = [];
  let asked = 0;
  let wake = () => {};
  realtime.on('event', (event) => {
    events.push(event);
    wake();
  });
  realtime.on('error', (error) => errors.push(String(error?.message ?? error)));
  return {
    events,
    errors,
    /** All events up to and with the next one of this type. */
    async until(type) {
      for (;;) {
        const found = events.findIndex((event, index) => index >= asked && event.type === type);
        if (found >= 0) {
          const passed = events.slice(asked, found + 1);
          asked = found + 1;
          return passed;
        }
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

const ofType = (events, type) => events.filter((event) => event.type === type);
const joined = (events, type) =>
  ofType(events, type)
    .map(({ delta }) => delta)
    .join('');

/** What arrived of an answer, short enough to print. */
function summary(events) {
  const audio = Buffer.concat(
    ofType(events, 'response.output_audio.delta').map(({ delta }) => Buffer.from(delta, 'base64')),
  );
  const { response } = events.at(-1);
  return {
    status: response.status,
    reason: response.status_details?.reason ?? null,
    text: joined(events, 'response.output_text.delta'),
    done_text: ofType(events, 'response.output_text.done').map(({ text }) => text),
    transcript: joined(events, 'response.output_audio_transcript.delta'),
    audio_bytes: audio.length,
    audio_sha256: createHash('sha256').update(audio).digest('hex'),
    deltas: ofType(events, 'response.output_text.delta').length,
    calls: ofType(events, 'response.function_call_arguments.done').map((event) => [
      event.name,
      event.arguments,
      event.call_id,
    ]),
    output: response.output.map(({ type }) => type),
    usage: response.usage !== null,
  };
}

/** Long enough to be cut off before its end, on a slow machine too. */
const LONG = 'on and '.repeat(50).trim();

const userText = (text) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });

const ADD = {
  type: 'function',
  name: 'add',
  description: 'adds two numbers',
  parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
};

export async function holdConversation(realtime) {
  const heard = listenTo(realtime);
  const report = {};
  const ask = async (item, response) => {
    realtime.send({ type: 'conversation.item.create', item });
    realtime.send({ type: 'response.create', ...(response && { response }) });
    return summary(await heard.until('response.done'));
  };

  report.first = (await heard.until('session.created')).map(({ type }) => type);
  realtime.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'], tools: [ADD] } });
  const updated = (await heard.until('session.updated')).at(-1);
  report.modalities = updated.session.output_modalities;

  report.text = await ask(userText('hello there'));
  report.audio = await ask(userText('sing for me'), { output_modalities: ['audio'] });

  // Audio in: 300 ms of a ramp, kept and given back to the byte.
  const spoken = Buffer.from(Uint8Array.from({ length: 300 * 48 }, (_, index) => (index * 7) % 251)).toString('base64');
  report.spoken = await ask({ type: 'message', role: 'user', content: [{ type: 'input_audio', audio: spoken }] });
  const item = ofType(heard.events, 'conversation.item.added').findLast((event) => event.item.role === 'user').item;
  realtime.send({ type: 'conversation.item.retrieve', item_id: item.id });
  const retrieved = (await heard.until('conversation.item.retrieved')).at(-1).item.content[0];
  report.retrieved_unchanged = retrieved.audio === spoken;

  realtime.send({ type: 'conversation.item.create', item: userText(LONG) });
  realtime.send({ type: 'response.create' });
  await heard.until('response.output_text.delta');
  realtime.send({ type: 'response.cancel' });
  report.cancelled = summary(await heard.until('response.done'));

  report.call = await ask(userText('call add {"a":1,"b":2}'));
  const [[, , callId]] = report.call.calls;
  report.followUp = await ask({ type: 'function_call_output', call_id: callId, output: '3' });

  const closed = new Promise((resolve) => {
    realtime.socket.addEventListener('close', ({ code, reason }) => resolve([code, reason]));
  });
  realtime.close();
  report.close = await closed;
  report.errors = heard.errors;
  report.error_events = ofType(heard.events, 'error').length;
  report.without_event_id = heard.events.filter(({ event_id }) => typeof event_id !== 'string').length;
  return report;
}
