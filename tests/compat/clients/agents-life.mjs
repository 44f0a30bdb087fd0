// OpenAI's Agents SDK through its whole life in audio: history given and corrected, spoken turns by the buffer, a handoff, a
// tool that asks for approval, a response beside the conversation, an interruption as its barge-in does it, goodbye.

import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import { z } from 'zod';
import { digest, hearing, LONG, pcm } from './heard.mjs';

const { url, apiKey } = JSON.parse(process.argv[2]);

const added = [];
const add = tool({
  name: 'add',
  description: 'adds two numbers',
  parameters: z.object({ a: z.number(), b: z.number() }),
  needsApproval: true,
  execute: async ({ a, b }) => {
    added.push([a, b]);
    return String(a + b);
  },
});
const clerk = new RealtimeAgent({ name: 'clerk', instructions: 'You do sums.', tools: [add] });
const greeter = new RealtimeAgent({ name: 'greeter', instructions: 'Repeat.', handoffs: [clerk] });
const session = new RealtimeSession(greeter, {
  transport: 'websocket',
  model: 'gpt-realtime',
  tracingDisabled: true,
  config: { outputModalities: ['audio'], audio: { input: { turnDetection: null, transcription: null } } },
});

const heard = hearing();
const errors = [];
const audio = [];
const report = { handoffs: [], approvals: 0, silenced: 0 };
session.on('error', ({ error }) => errors.push(String(error?.error?.message ?? error?.message ?? error)));
session.on('audio', ({ data }) => audio.push(Buffer.from(data)));
session.on('audio_interrupted', () => {
  report.silenced += 1;
});
session.on('agent_handoff', (_context, from, to) => report.handoffs.push([from.name, to.name]));
session.on('tool_approval_requested', (_context, _agent, { approvalItem }) => {
  report.approvals += 1;
  session.approve(approvalItem);
});
session.on('transport_event', heard.push);

const lines = () =>
  session.history.map(({ type, role, name, output, content }) =>
    type === 'message'
      ? `${role}: ${content.map((part) => part.text ?? part.transcript ?? '').join('')}`
      : `${type} ${name} ${output}`,
  );
/** Waits until the history says so: it is told after the event that changes it. */
async function historyHolds(holds) {
  while (!holds(lines())) await new Promise((resolve) => session.once('history_updated', resolve));
}
const message = (itemId, role, text) => ({
  ...{ type: 'message', itemId, role, status: 'completed' },
  content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }],
});

await session.connect({ apiKey, url });
await heard.until('session.updated');

// History given, then one of its items corrected in place.
session.updateHistory([
  message('h_user', 'user', 'My name is Ida.'),
  message('h_said', 'assistant', 'Hello Ada.'),
  message('h_more', 'user', 'That is not my name.'),
]);
await historyHolds((all) => all.length === 3);
session.updateHistory((all) =>
  all.map((item) => (item.itemId === 'h_said' ? message('h_said', 'assistant', 'Hello Ida.') : item)),
);
await historyHolds((all) => all[1] === 'assistant: Hello Ida.');
report.history = lines();

// Spoken to: 300 ms by the buffer, committed by hand.
const spoken = pcm(300);
session.sendAudio(spoken.buffer.slice(0, spoken.length), { commit: true });
session.transport.requestResponse();
report.answered = (await heard.until('response.done')).response.status;
report.audio = digest(audio);
await historyHolds((all) => all.at(-1).includes('300 ms'));

// Beside the conversation, while nothing else is said.
audio.length = 0;
session.transport.requestResponse({
  conversation: 'none',
  metadata: { purpose: 'topic' },
  output_modalities: ['text'],
  input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'in a word' }] }],
});
const beside = (await heard.until('response.done')).response;
report.beside = [beside.status, beside.metadata, beside.output[0].content[0].text];
report.after_beside = lines();

// Interrupted: barge-in's own two events, cancel and truncate, in one breath.
session.sendMessage(LONG);
await heard.until('response.output_audio.delta');
await heard.until('response.output_audio.delta');
session.interrupt();
const cut = (await heard.until('response.done')).response;
const truncated = await heard.until('conversation.item.truncated');
const retrieved = await heard.until('conversation.item.retrieved', ({ item }) => item.id === truncated.item_id);
report.interrupted = {
  status: cut.status,
  reason: cut.status_details.reason,
  kept_ms: Buffer.from(retrieved.item.content[0].audio ?? '', 'base64').length / 48,
  audio_end_ms: truncated.audio_end_ms,
};
session.interrupt(); // nothing is being said: nothing is sent

// Handed over to another agent, whose tool has to be allowed first.
session.sendMessage('call transfer_to_clerk {}');
await heard.until('session.updated');
await historyHolds((all) => /^assistant: .*clerk/.test(all.at(-1)));
session.sendMessage('call add {"a":1,"b":2}');
await historyHolds((all) => all.at(-1) === 'assistant: You said: call add {"a":1,"b":2} 3');
report.added = added;
report.lines = lines().map((text) => text.slice(0, 60));

const gone = new Promise((resolve) => {
  session.transport.on('connection_change', (status) => status === 'disconnected' && resolve(status));
});
session.close();
report.close = await gone;
report.errors = errors;
report.error_events = heard.count('error');
process.stdout.write(JSON.stringify(report));
