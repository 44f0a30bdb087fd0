// openai-node's REST methods that carry or mint a session, each called once as its documentation shows: what each comes to, as
// the status and code of the error or what the answer is.

import OpenAI from 'openai';

const { baseURL, apiKey } = JSON.parse(process.argv[2]);
const client = new OpenAI({ apiKey, baseURL, maxRetries: 0 });
const { calls, clientSecrets, translations } = client.realtime;
const { sessions, transcriptionSessions } = client.beta.realtime;
const session = { type: 'realtime', model: 'gpt-realtime' };

const METHODS = {
  'clientSecrets.create': () =>
    clientSecrets.create({ session, expires_after: { anchor: 'created_at', seconds: 600 } }),
  'clientSecrets.create, without a session': () => clientSecrets.create({}),
  'clientSecrets.create, out of bounds': () => clientSecrets.create({ expires_after: { seconds: 1 } }),
  'translations.clientSecrets.create': () => translations.clientSecrets.create({ session: { model: 'mine' } }),
  'translations.clientSecrets.create, without a model': () => translations.clientSecrets.create({ session: {} }),
  'beta.sessions.create': () => sessions.create({ model: 'mine', modalities: ['text'] }),
  'beta.transcriptionSessions.create': () => transcriptionSessions.create({}),
  'calls.create, without an offer': () => calls.create({ sdp: 'v=0\r\n', session }),
  'calls.accept': () => calls.accept('rtc_x', session),
  'calls.hangup': () => calls.hangup('rtc_x'),
  'calls.reject': () => calls.reject('rtc_x', { status_code: 486 }),
  'calls.refer': () => calls.refer('rtc_x', { target_uri: 'tel:+1' }),
};

const secretOf = ({ value, client_secret }) => (value ?? client_secret?.value ?? '').slice(0, 3);
const report = {};
for (const [name, call] of Object.entries(METHODS)) {
  report[name] = await call().then(
    (answer) => ({ secret: secretOf(answer), object: answer.object ?? answer.session?.object ?? answer.session?.type }),
    (error) => ({ status: error.status, code: error.code, type: error.type, param: error.param }),
  );
}
process.stdout.write(JSON.stringify(report));
