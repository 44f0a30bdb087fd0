// OpenAI's Agents SDK with tools of an MCP server that runs at the far end: listed, approved, denied, called.

import { hostedMcpTool } from '@openai/agents-core';
import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import { hearing } from './heard.mjs';

const { url, apiKey, serverUrl } = JSON.parse(process.argv[2]);

const agent = new RealtimeAgent({
  name: 'reader',
  instructions: 'Repeat.',
  tools: [hostedMcpTool({ serverLabel: 'books', serverUrl, requireApproval: 'always' })],
});
const session = new RealtimeSession(agent, {
  transport: 'websocket',
  model: 'gpt-realtime',
  tracingDisabled: true,
  config: { outputModalities: ['text'], audio: { input: { turnDetection: null, transcription: null } } },
});

const heard = hearing();
const report = { tools: [], approvals: [], completed: [], errors: [] };
const verdicts = [true, false];
session.on('error', ({ error }) => report.errors.push(String(error?.error?.message ?? error?.message ?? error)));
session.on('mcp_tools_changed', (tools) => {
  report.tools = tools.map(({ name }) => name);
});
session.on('tool_approval_requested', (_context, _agent, { approvalItem }) => {
  report.approvals.push(approvalItem.rawItem.arguments);
  if (verdicts.shift()) session.approve(approvalItem);
  else session.reject(approvalItem);
});
session.on('mcp_tool_call_completed', (_context, _agent, call) => {
  report.completed.push({ name: call.name, output: call.output });
});
session.on('transport_event', heard.push);

await session.connect({ apiKey, url });
await heard.until('mcp_list_tools.completed');
await heard.until('conversation.item.done');

// Approved: the call runs in a response of its own, after which the SDK asks for what comes of it.
session.sendMessage('call lend {"title":"Atlas"}');
await heard.until('response.mcp_call.completed');
report.answer = (
  await heard.until('response.done', ({ response }) => response.output.some(({ type }) => type === 'message'))
).response.output[0].content[0].text;

// Denied: nothing runs.
session.sendMessage('call lend {"title":"Bible"}');
const denied = await heard.until('conversation.item.done', ({ item }) => item.type === 'mcp_call');
report.denied = denied.item.error;

const gone = new Promise((resolve) => {
  session.transport.on('connection_change', (status) => status === 'disconnected' && resolve(status));
});
session.close();
report.close = await gone;
report.error_events = heard.count('error');
process.stdout.write(JSON.stringify(report));
