// Written by scripts/emit-checks.mjs from the schemas; not for editing. One function per shape.
// Each answers how many characters of JSON a value takes at least, or NaN when check(…, 'tolerant') may find something wrong.

import { holdHeaders } from './masked.ts';
import { absent, boolean, booleanOr, integer, integerOr, isObject, json, jsonObject, number, secret, secretOr, text, textOr } from './measure.ts';

type Value = Record<string, unknown>;

/** A number only for a right `ServerEvent` of a known type. */
export const measureServerEvent = (value: unknown): number => m113(value as never);

/** A number only for a right `ClientEvent` of a known type. */
export const measureClientEvent = (value: unknown): number => m133(value as never);

function m0(v: Value): number {
  return isObject(v) ? 20 + text(v.type) + textOr(v.code, 8) + text(v.message) + textOr(v.param, 9) + textOr(v.event_id, 12) : NaN;
}

function m1(v: Value): number {
  return 10 + textOr(v.event_id, 12) + m0(v.error as never);
}

function m2(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + text(v[i]);
  return n;
}

function m3(v: Value): number {
  return 9 + text(v.name) + textOr(v.description, 15) + (v.parameters == null ? absent(v.parameters, 14) : 14 + jsonObject(v.parameters));
}

function m4(v: Value): number {
  if (!isObject(v)) return NaN;
  let n = 1;
  for (const k in v) n += k.length + 4 + text(v[k]);
  return n;
}

function m5(v: Value): number {
  return isObject(v) ? 1 + (v.tool_names == null ? absent(v.tool_names, 14) : 14 + m2(v.tool_names as never)) + booleanOr(v.read_only, 13) : NaN;
}

function m6(v: Value): number {
  return isObject(v) ? 1 + (v.always == null ? absent(v.always, 10) : 10 + m5(v.always as never)) + (v.never == null ? absent(v.never, 9) : 9 + m5(v.never as never)) : NaN;
}

function m7(v: Value): number {
  return 17 + text(v.server_label) + textOr(v.server_url, 14) + textOr(v.connector_id, 16) + textOr(v.tunnel_id, 13) + secretOr(v, v.authorization, 17) + textOr(v.server_description, 22) + (v.headers == null ? absent(v.headers, 11) : holdHeaders(v.headers) && 11 + m4(v.headers as never)) + (v.allowed_tools == null ? absent(v.allowed_tools, 17) : 17 + (Array.isArray(v.allowed_tools) ? m2(v.allowed_tools as never) : (isObject(v.allowed_tools) ? m5(v.allowed_tools as never) : NaN))) + (v.allowed_callers == null ? absent(v.allowed_callers, 19) : 19 + m2(v.allowed_callers as never)) + (v.require_approval == null ? absent(v.require_approval, 20) : 20 + (typeof v.require_approval === 'string' ? text(v.require_approval) : (isObject(v.require_approval) ? m6(v.require_approval as never) : NaN))) + booleanOr(v.defer_loading, 17);
}

function m8(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 8:
      if (t === 'function') return 18 + m3(v);
      return NaN;
    case 3:
      if (t === 'mcp') return 13 + m7(v);
      return NaN;
    default:
      return NaN;
  }
}

function m9(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m8(v[i] as never);
  return n;
}

function m10(v: Value): number {
  return 9 + text(v.name);
}

function m11(v: Value): number {
  return 17 + text(v.server_label) + textOr(v.name, 8);
}

function m12(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 8:
      if (t === 'function') return 18 + m10(v);
      return NaN;
    case 3:
      if (t === 'mcp') return 13 + m11(v);
      return NaN;
    default:
      return NaN;
  }
}

function m13(v: Value): number {
  return isObject(v) ? 1 + textOr(v.workflow_name, 17) + textOr(v.group_id, 12) + (v.metadata == null ? absent(v.metadata, 12) : 12 + jsonObject(v.metadata)) : NaN;
}

function m14(v: Value): number {
  return isObject(v) ? 1 + integerOr(v.post_instructions, 21) : NaN;
}

function m15(v: Value): number {
  return isObject(v) ? 28 + text(v.type) + number(v.retention_ratio) + (v.token_limits == null ? absent(v.token_limits, 16) : 16 + m14(v.token_limits as never)) : NaN;
}

function m16(v: Value): number {
  return isObject(v) ? 9 + text(v.mode) : NaN;
}

function m17(v: Value): number {
  return 9 + text(v.text) + (v.prompt_cache_breakpoint == null ? absent(v.prompt_cache_breakpoint, 27) : 27 + m16(v.prompt_cache_breakpoint as never));
}

function m18(v: Value): number {
  return 11 + text(v.detail) + secretOr(v, v.image_url, 13) + textOr(v.file_id, 11) + (v.prompt_cache_breakpoint == null ? absent(v.prompt_cache_breakpoint, 27) : 27 + m16(v.prompt_cache_breakpoint as never));
}

function m19(v: Value): number {
  return 1 + textOr(v.detail, 10) + textOr(v.file_id, 11) + (v.prompt_cache_breakpoint == null ? absent(v.prompt_cache_breakpoint, 27) : 27 + m16(v.prompt_cache_breakpoint as never)) + textOr(v.filename, 12) + secretOr(v, v.file_data, 13) + textOr(v.file_url, 12);
}

function m20(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 10:
      if (t === 'input_text') return 20 + m17(v);
      if (t === 'input_file') return 20 + m19(v);
      return NaN;
    case 11:
      if (t === 'input_image') return 21 + m18(v);
      return NaN;
    default:
      return NaN;
  }
}

function m21(v: Value): number {
  if (!isObject(v)) return NaN;
  let n = 1;
  for (const k in v) n += k.length + 4 + (typeof v[k] === 'string' ? text(v[k]) : (isObject(v[k]) ? m20(v[k] as never) : NaN));
  return n;
}

function m22(v: Value): number {
  return isObject(v) ? 7 + text(v.id) + textOr(v.version, 11) + (v.variables == null ? absent(v.variables, 13) : 13 + m21(v.variables as never)) : NaN;
}

function m23(v: Value): number {
  return 1 + integerOr(v.rate, 8);
}

function m24(v: Value): number {
  return 1;
}

function m25(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 9:
      if (t === 'audio/pcm') return 19 + m23(v);
      return NaN;
    case 10:
      if (t === 'audio/pcmu' || t === 'audio/pcma') return 20 + m24(v);
      return NaN;
    default:
      return NaN;
  }
}

function m26(v: Value): number {
  return isObject(v) ? 1 + textOr(v.model, 9) + textOr(v.language, 12) + textOr(v.prompt, 10) + (v.languages == null ? absent(v.languages, 13) : 13 + m2(v.languages as never)) + (v.keywords == null ? absent(v.keywords, 12) : 12 + m2(v.keywords as never)) + textOr(v.delay, 9) : NaN;
}

function m27(v: Value): number {
  return isObject(v) ? 9 + text(v.type) : NaN;
}

function m28(v: Value): number {
  return 1 + (v.threshold == null ? absent(v.threshold, 13) : 13 + number(v.threshold)) + integerOr(v.prefix_padding_ms, 21) + integerOr(v.silence_duration_ms, 23) + integerOr(v.idle_timeout_ms, 19) + booleanOr(v.create_response, 19) + booleanOr(v.interrupt_response, 22);
}

function m29(v: Value): number {
  return 1 + textOr(v.eagerness, 13) + booleanOr(v.create_response, 19) + booleanOr(v.interrupt_response, 22);
}

function m30(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 10:
      if (t === 'server_vad') return 20 + m28(v);
      return NaN;
    case 12:
      if (t === 'semantic_vad') return 22 + m29(v);
      return NaN;
    default:
      return NaN;
  }
}

function m31(v: Value): number {
  return isObject(v) ? 1 + (v.format == null ? absent(v.format, 10) : 10 + m25(v.format as never)) + (v.transcription == null ? absent(v.transcription, 17) : 17 + m26(v.transcription as never)) + (v.noise_reduction == null ? absent(v.noise_reduction, 19) : 19 + m27(v.noise_reduction as never)) + (v.turn_detection == null ? absent(v.turn_detection, 18) : 18 + m30(v.turn_detection as never)) : NaN;
}

function m32(v: Value): number {
  return isObject(v) ? 7 + text(v.id) : NaN;
}

function m33(v: Value): number {
  return isObject(v) ? 1 + (v.format == null ? absent(v.format, 10) : 10 + m25(v.format as never)) + (v.voice == null ? absent(v.voice, 9) : 9 + (typeof v.voice === 'string' ? text(v.voice) : (isObject(v.voice) ? m32(v.voice as never) : NaN))) + (v.speed == null ? absent(v.speed, 9) : 9 + number(v.speed)) : NaN;
}

function m34(v: Value): number {
  return isObject(v) ? 1 + (v.input == null ? absent(v.input, 9) : 9 + m31(v.input as never)) + (v.output == null ? absent(v.output, 10) : 10 + m33(v.output as never)) : NaN;
}

function m35(v: Value): number {
  return isObject(v) ? 1 + textOr(v.effort, 10) : NaN;
}

function m36(v: Value): number {
  return 17 + text(v.object) + text(v.id) + textOr(v.model, 9) + (v.output_modalities == null ? absent(v.output_modalities, 21) : 21 + m2(v.output_modalities as never)) + textOr(v.instructions, 16) + (v.tools == null ? absent(v.tools, 9) : 9 + m9(v.tools as never)) + (v.tool_choice == null ? absent(v.tool_choice, 15) : 15 + (typeof v.tool_choice === 'string' ? text(v.tool_choice) : (isObject(v.tool_choice) ? m12(v.tool_choice as never) : NaN))) + (v.max_output_tokens == null ? absent(v.max_output_tokens, 21) : 21 + (typeof v.max_output_tokens === 'number' ? integer(v.max_output_tokens) : (typeof v.max_output_tokens === 'string' ? text(v.max_output_tokens) : NaN))) + (v.tracing == null ? absent(v.tracing, 11) : 11 + (typeof v.tracing === 'string' ? text(v.tracing) : (isObject(v.tracing) ? m13(v.tracing as never) : NaN))) + (v.truncation == null ? absent(v.truncation, 14) : 14 + (typeof v.truncation === 'string' ? text(v.truncation) : (isObject(v.truncation) ? m15(v.truncation as never) : NaN))) + (v.prompt == null ? absent(v.prompt, 10) : 10 + m22(v.prompt as never)) + integerOr(v.expires_at, 14) + (v.audio == null ? absent(v.audio, 9) : 9 + m34(v.audio as never)) + (v.include == null ? absent(v.include, 11) : 11 + m2(v.include as never)) + booleanOr(v.parallel_tool_calls, 23) + (v.reasoning == null ? absent(v.reasoning, 13) : 13 + m35(v.reasoning as never));
}

function m37(v: Value): number {
  return isObject(v) ? 1 + (v.input == null ? absent(v.input, 9) : 9 + m31(v.input as never)) : NaN;
}

function m38(v: Value): number {
  return 17 + text(v.object) + text(v.id) + integerOr(v.expires_at, 14) + (v.audio == null ? absent(v.audio, 9) : 9 + m37(v.audio as never)) + (v.include == null ? absent(v.include, 11) : 11 + m2(v.include as never));
}

function m39(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 8:
      if (t === 'realtime') return 18 + m36(v);
      return NaN;
    case 13:
      if (t === 'transcription') return 23 + m38(v);
      return NaN;
    default:
      return NaN;
  }
}

function m40(v: Value): number {
  return 12 + textOr(v.event_id, 12) + m39(v.session as never);
}

function m41(v: Value): number {
  return isObject(v) ? 1 + textOr(v.id, 6) + textOr(v.object, 10) : NaN;
}

function m42(v: Value): number {
  return 17 + textOr(v.event_id, 12) + m41(v.conversation as never);
}

function m43(v: Value): number {
  return 1 + textOr(v.text, 8);
}

function m44(v: Value): number {
  return 1 + secretOr(v, v.audio, 9) + textOr(v.transcript, 14);
}

function m45(v: Value): number {
  return 1 + textOr(v.detail, 10) + secretOr(v, v.image_url, 13);
}

function m46(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 10:
      if (t === 'input_text') return 20 + m43(v);
      return NaN;
    case 11:
      if (t === 'input_audio') return 21 + m44(v);
      if (t === 'input_image') return 21 + m45(v);
      if (t === 'output_text') return 21 + m43(v);
      return NaN;
    case 12:
      if (t === 'output_audio') return 22 + m44(v);
      return NaN;
    default:
      return NaN;
  }
}

function m47(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m46(v[i] as never);
  return n;
}

function m48(v: Value): number {
  return 20 + m47(v.content as never) + text(v.role) + textOr(v.id, 6) + textOr(v.object, 10) + textOr(v.status, 10) + (v.phase == null ? absent(v.phase, 9) : 9 + json(v.phase));
}

function m49(v: Value): number {
  return 9 + textOr(v.arguments, 13) + text(v.name) + textOr(v.id, 6) + textOr(v.call_id, 11) + textOr(v.object, 10) + textOr(v.status, 10);
}

function m50(v: Value): number {
  return 22 + text(v.call_id) + text(v.output) + textOr(v.id, 6) + textOr(v.object, 10) + textOr(v.status, 10);
}

function m51(v: Value): number {
  return 35 + textOr(v.id, 6) + text(v.approval_request_id) + boolean(v.approve) + textOr(v.reason, 10);
}

function m52(v: Value): number {
  return isObject(v) ? 25 + json(v.input_schema) + text(v.name) + (v.annotations == null ? absent(v.annotations, 15) : 15 + json(v.annotations)) + textOr(v.description, 15) : NaN;
}

function m53(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m52(v[i] as never);
  return n;
}

function m54(v: Value): number {
  return 17 + text(v.server_label) + (v.tools == null ? absent(v.tools, 9) : 9 + m53(v.tools as never)) + textOr(v.id, 6);
}

function m55(v: Value): number {
  return 20 + integer(v.code) + text(v.message);
}

function m56(v: Value): number {
  return 12 + text(v.message);
}

function m57(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 14:
      if (t === 'protocol_error') return 24 + m55(v);
      return NaN;
    case 20:
      if (t === 'tool_execution_error') return 30 + m56(v);
      return NaN;
    case 10:
      if (t === 'http_error') return 20 + m55(v);
      return NaN;
    default:
      return NaN;
  }
}

function m58(v: Value): number {
  return 25 + textOr(v.id, 6) + textOr(v.arguments, 13) + text(v.name) + text(v.server_label) + textOr(v.approval_request_id, 23) + (v.error == null ? absent(v.error, 9) : 9 + (isObject(v.error) ? m57(v.error as never) : (typeof v.error === 'string' ? text(v.error) : NaN))) + textOr(v.output, 10);
}

function m59(v: Value): number {
  return 25 + textOr(v.id, 6) + textOr(v.arguments, 13) + text(v.name) + text(v.server_label);
}

function m60(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 7:
      if (t === 'message') return 17 + m48(v);
      return NaN;
    case 13:
      if (t === 'function_call') return 23 + m49(v);
      return NaN;
    case 20:
      if (t === 'function_call_output') return 30 + m50(v);
      if (t === 'mcp_approval_request') return 30 + m59(v);
      return NaN;
    case 21:
      if (t === 'mcp_approval_response') return 31 + m51(v);
      return NaN;
    case 14:
      if (t === 'mcp_list_tools') return 24 + m54(v);
      return NaN;
    case 8:
      if (t === 'mcp_call') return 18 + m58(v);
      return NaN;
    default:
      return NaN;
  }
}

function m61(v: Value): number {
  return 9 + textOr(v.event_id, 12) + textOr(v.previous_item_id, 20) + m60(v.item as never);
}

function m62(v: Value): number {
  return 9 + textOr(v.event_id, 12) + m60(v.item as never);
}

function m63(v: Value): number {
  return 45 + textOr(v.event_id, 12) + text(v.item_id) + integer(v.content_index) + integer(v.audio_end_ms);
}

function m64(v: Value): number {
  return 12 + textOr(v.event_id, 12) + text(v.item_id);
}

function m65(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + integer(v[i]);
  return n;
}

function m66(v: Value): number {
  return isObject(v) ? 30 + text(v.token) + number(v.logprob) + m65(v.bytes as never) : NaN;
}

function m67(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m66(v[i] as never);
  return n;
}

function m68(v: Value): number {
  return 12 + textOr(v.event_id, 12) + text(v.item_id) + integerOr(v.content_index, 17) + textOr(v.delta, 9) + (v.logprobs == null ? absent(v.logprobs, 12) : 12 + m67(v.logprobs as never));
}

function m69(v: Value): number {
  return 70 + textOr(v.event_id, 12) + text(v.item_id) + integer(v.content_index) + text(v.id) + text(v.text) + text(v.speaker) + number(v.start) + number(v.end);
}

function m70(v: Value): number {
  return isObject(v) ? 1 + integerOr(v.text_tokens, 15) + integerOr(v.audio_tokens, 16) : NaN;
}

function m71(v: Value): number {
  return 50 + integer(v.total_tokens) + integer(v.input_tokens) + integer(v.output_tokens) + (v.input_token_details == null ? absent(v.input_token_details, 23) : 23 + m70(v.input_token_details as never));
}

function m72(v: Value): number {
  return 12 + number(v.seconds);
}

function m73(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 6:
      if (t === 'tokens') return 16 + m71(v);
      return NaN;
    case 8:
      if (t === 'duration') return 18 + m72(v);
      return NaN;
    default:
      return NaN;
  }
}

function m74(v: Value): number {
  return isObject(v) ? 9 + text(v.code) : NaN;
}

function m75(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m74(v[i] as never);
  return n;
}

function m76(v: Value): number {
  return 43 + textOr(v.event_id, 12) + text(v.item_id) + integer(v.content_index) + text(v.transcript) + (v.usage == null ? absent(v.usage, 9) : 9 + m73(v.usage as never)) + (v.languages == null ? absent(v.languages, 13) : 13 + m75(v.languages as never)) + (v.logprobs == null ? absent(v.logprobs, 12) : 12 + m67(v.logprobs as never));
}

function m77(v: Value): number {
  return isObject(v) ? 1 + textOr(v.type, 8) + textOr(v.code, 8) + textOr(v.message, 11) + textOr(v.param, 9) : NaN;
}

function m78(v: Value): number {
  return 38 + textOr(v.event_id, 12) + text(v.item_id) + integer(v.content_index) + m77(v.error as never);
}

function m79(v: Value): number {
  return 12 + textOr(v.event_id, 12) + textOr(v.previous_item_id, 20) + text(v.item_id);
}

function m80(v: Value): number {
  return 1 + textOr(v.event_id, 12);
}

function m81(v: Value): number {
  return 30 + textOr(v.event_id, 12) + integer(v.audio_start_ms) + text(v.item_id);
}

function m82(v: Value): number {
  return 28 + textOr(v.event_id, 12) + integer(v.audio_end_ms) + text(v.item_id);
}

function m83(v: Value): number {
  return 46 + textOr(v.event_id, 12) + integer(v.audio_start_ms) + integer(v.audio_end_ms) + text(v.item_id);
}

function m84(v: Value): number {
  return 25 + textOr(v.event_id, 12) + text(v.event) + integer(v.received_at);
}

function m85(v: Value): number {
  return isObject(v) ? 1 + textOr(v.name, 8) + integerOr(v.limit, 9) + integerOr(v.remaining, 13) + (v.reset_seconds == null ? absent(v.reset_seconds, 17) : 17 + number(v.reset_seconds)) : NaN;
}

function m86(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m85(v[i] as never);
  return n;
}

function m87(v: Value): number {
  return 16 + textOr(v.event_id, 12) + m86(v.rate_limits as never);
}

function m88(v: Value): number {
  return isObject(v) ? 1 + textOr(v.type, 8) + textOr(v.code, 8) + textOr(v.message, 11) : NaN;
}

function m89(v: Value): number {
  return isObject(v) ? 1 + textOr(v.type, 8) + textOr(v.reason, 10) + (v.error == null ? absent(v.error, 9) : 9 + m88(v.error as never)) : NaN;
}

function m90(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m60(v[i] as never);
  return n;
}

function m91(v: Value): number {
  return isObject(v) ? 1 + (v.format == null ? absent(v.format, 10) : 10 + m25(v.format as never)) + (v.voice == null ? absent(v.voice, 9) : 9 + (typeof v.voice === 'string' ? text(v.voice) : (isObject(v.voice) ? m32(v.voice as never) : NaN))) : NaN;
}

function m92(v: Value): number {
  return isObject(v) ? 1 + (v.output == null ? absent(v.output, 10) : 10 + m91(v.output as never)) : NaN;
}

function m93(v: Value): number {
  return isObject(v) ? 1 + integerOr(v.text_tokens, 15) + integerOr(v.audio_tokens, 16) + integerOr(v.image_tokens, 16) : NaN;
}

function m94(v: Value): number {
  return isObject(v) ? 1 + integerOr(v.text_tokens, 15) + integerOr(v.audio_tokens, 16) + integerOr(v.image_tokens, 16) + integerOr(v.cached_tokens, 17) + (v.cached_tokens_details == null ? absent(v.cached_tokens_details, 25) : 25 + m93(v.cached_tokens_details as never)) : NaN;
}

function m95(v: Value): number {
  return isObject(v) ? 1 + integerOr(v.text_tokens, 15) + integerOr(v.audio_tokens, 16) + integerOr(v.reasoning_tokens, 20) : NaN;
}

function m96(v: Value): number {
  return isObject(v) ? 1 + integerOr(v.total_tokens, 16) + integerOr(v.input_tokens, 16) + integerOr(v.output_tokens, 17) + (v.input_token_details == null ? absent(v.input_token_details, 23) : 23 + m94(v.input_token_details as never)) + (v.output_token_details == null ? absent(v.output_token_details, 24) : 24 + m95(v.output_token_details as never)) : NaN;
}

function m97(v: Value): number {
  return isObject(v) ? 1 + textOr(v.object, 10) + textOr(v.id, 6) + textOr(v.status, 10) + (v.status_details == null ? absent(v.status_details, 18) : 18 + m89(v.status_details as never)) + (v.output == null ? absent(v.output, 10) : 10 + m90(v.output as never)) + textOr(v.conversation_id, 19) + (v.output_modalities == null ? absent(v.output_modalities, 21) : 21 + m2(v.output_modalities as never)) + (v.max_output_tokens == null ? absent(v.max_output_tokens, 21) : 21 + (typeof v.max_output_tokens === 'number' ? integer(v.max_output_tokens) : (typeof v.max_output_tokens === 'string' ? text(v.max_output_tokens) : NaN))) + (v.audio == null ? absent(v.audio, 9) : 9 + m92(v.audio as never)) + (v.usage == null ? absent(v.usage, 9) : 9 + m96(v.usage as never)) + (v.metadata == null ? absent(v.metadata, 12) : 12 + m4(v.metadata as never)) : NaN;
}

function m98(v: Value): number {
  return 13 + textOr(v.event_id, 12) + m97(v.response as never);
}

function m99(v: Value): number {
  return 40 + textOr(v.event_id, 12) + text(v.response_id) + integer(v.output_index) + m60(v.item as never);
}

function m100(v: Value): number {
  return isObject(v) ? 1 + textOr(v.type, 8) + textOr(v.text, 8) + textOr(v.transcript, 14) + secretOr(v, v.audio, 9) : NaN;
}

function m101(v: Value): number {
  return 68 + textOr(v.event_id, 12) + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index) + m100(v.part as never);
}

function m102(v: Value): number {
  return 69 + textOr(v.event_id, 12) + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index) + text(v.delta);
}

function m103(v: Value): number {
  return 68 + textOr(v.event_id, 12) + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index) + text(v.text);
}

function m104(v: Value): number {
  return 69 + textOr(v.event_id, 12) + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index) + secret(v, v.delta);
}

function m105(v: Value): number {
  return 60 + textOr(v.event_id, 12) + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index);
}

function m106(v: Value): number {
  return 74 + textOr(v.event_id, 12) + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index) + text(v.transcript);
}

function m107(v: Value): number {
  return 63 + textOr(v.event_id, 12) + text(v.response_id) + text(v.item_id) + integer(v.output_index) + text(v.call_id) + text(v.delta);
}

function m108(v: Value): number {
  return 67 + textOr(v.event_id, 12) + text(v.response_id) + text(v.item_id) + integer(v.output_index) + text(v.call_id) + textOr(v.name, 8) + text(v.arguments);
}

function m109(v: Value): number {
  return 52 + textOr(v.event_id, 12) + text(v.response_id) + text(v.item_id) + integer(v.output_index) + text(v.delta) + textOr(v.obfuscation, 15);
}

function m110(v: Value): number {
  return 56 + textOr(v.event_id, 12) + text(v.response_id) + text(v.item_id) + integer(v.output_index) + text(v.arguments);
}

function m111(v: Value): number {
  return 28 + textOr(v.event_id, 12) + integer(v.output_index) + text(v.item_id);
}

function m112(v: Value): number {
  return 16 + textOr(v.event_id, 12) + text(v.response_id);
}

function m113(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 5:
      if (t === 'error') return 15 + m1(v);
      return NaN;
    case 15:
      if (t === 'session.created' || t === 'session.updated') return 25 + m40(v);
      return NaN;
    case 20:
      if (t === 'conversation.created') return 30 + m42(v);
      return NaN;
    case 25:
      if (t === 'conversation.item.created') return 35 + m61(v);
      if (t === 'conversation.item.deleted') return 35 + m64(v);
      if (t === 'response.output_item.done') return 35 + m99(v);
      if (t === 'response.output_text.done') return 35 + m103(v);
      return NaN;
    case 23:
      if (t === 'conversation.item.added') return 33 + m61(v);
      return NaN;
    case 22:
      if (t === 'conversation.item.done') return 32 + m61(v);
      return NaN;
    case 27:
      if (t === 'conversation.item.retrieved') return 37 + m62(v);
      if (t === 'conversation.item.truncated') return 37 + m63(v);
      if (t === 'response.content_part.added') return 37 + m101(v);
      if (t === 'response.output_audio.delta') return 37 + m104(v);
      if (t === 'response.mcp_call.completed') return 37 + m111(v);
      if (t === 'output_audio_buffer.started' || t === 'output_audio_buffer.stopped' || t === 'output_audio_buffer.cleared') return 37 + m112(v);
      return NaN;
    case 49:
      if (t === 'conversation.item.input_audio_transcription.delta') return 59 + m68(v);
      return NaN;
    case 51:
      if (t === 'conversation.item.input_audio_transcription.segment') return 61 + m69(v);
      return NaN;
    case 53:
      if (t === 'conversation.item.input_audio_transcription.completed') return 63 + m76(v);
      return NaN;
    case 50:
      if (t === 'conversation.item.input_audio_transcription.failed') return 60 + m78(v);
      return NaN;
    case 28:
      if (t === 'input_audio_buffer.committed') return 38 + m79(v);
      return NaN;
    case 26:
      if (t === 'input_audio_buffer.cleared') return 36 + m80(v);
      if (t === 'response.output_item.added') return 36 + m99(v);
      if (t === 'response.content_part.done') return 36 + m101(v);
      if (t === 'response.output_text.delta') return 36 + m102(v);
      if (t === 'response.output_audio.done') return 36 + m105(v);
      if (t === 'mcp_list_tools.in_progress') return 36 + m64(v);
      return NaN;
    case 33:
      if (t === 'input_audio_buffer.speech_started') return 43 + m81(v);
      if (t === 'input_audio_buffer.speech_stopped') return 43 + m82(v);
      if (t === 'response.mcp_call_arguments.delta') return 43 + m109(v);
      return NaN;
    case 36:
      if (t === 'input_audio_buffer.timeout_triggered') return 46 + m83(v);
      return NaN;
    case 38:
      if (t === 'input_audio_buffer.dtmf_event_received') return 48 + m84(v);
      if (t === 'response.output_audio_transcript.delta') return 48 + m102(v);
      if (t === 'response.function_call_arguments.delta') return 48 + m107(v);
      return NaN;
    case 19:
      if (t === 'rate_limits.updated') return 29 + m87(v);
      return NaN;
    case 16:
      if (t === 'response.created') return 26 + m98(v);
      return NaN;
    case 13:
      if (t === 'response.done') return 23 + m98(v);
      return NaN;
    case 37:
      if (t === 'response.output_audio_transcript.done') return 47 + m106(v);
      if (t === 'response.function_call_arguments.done') return 47 + m108(v);
      return NaN;
    case 32:
      if (t === 'response.mcp_call_arguments.done') return 42 + m110(v);
      return NaN;
    case 29:
      if (t === 'response.mcp_call.in_progress') return 39 + m111(v);
      return NaN;
    case 24:
      if (t === 'response.mcp_call.failed') return 34 + m111(v);
      if (t === 'mcp_list_tools.completed') return 34 + m64(v);
      return NaN;
    case 21:
      if (t === 'mcp_list_tools.failed') return 31 + m64(v);
      return NaN;
    default:
      return NaN;
  }
}

function m114(v: Value): number {
  return 1 + textOr(v.object, 10) + textOr(v.id, 6) + textOr(v.model, 9) + (v.output_modalities == null ? absent(v.output_modalities, 21) : 21 + m2(v.output_modalities as never)) + textOr(v.instructions, 16) + (v.tools == null ? absent(v.tools, 9) : 9 + m9(v.tools as never)) + (v.tool_choice == null ? absent(v.tool_choice, 15) : 15 + (typeof v.tool_choice === 'string' ? text(v.tool_choice) : (isObject(v.tool_choice) ? m12(v.tool_choice as never) : NaN))) + (v.max_output_tokens == null ? absent(v.max_output_tokens, 21) : 21 + (typeof v.max_output_tokens === 'number' ? integer(v.max_output_tokens) : (typeof v.max_output_tokens === 'string' ? text(v.max_output_tokens) : NaN))) + (v.tracing == null ? absent(v.tracing, 11) : 11 + (typeof v.tracing === 'string' ? text(v.tracing) : (isObject(v.tracing) ? m13(v.tracing as never) : NaN))) + (v.truncation == null ? absent(v.truncation, 14) : 14 + (typeof v.truncation === 'string' ? text(v.truncation) : (isObject(v.truncation) ? m15(v.truncation as never) : NaN))) + (v.prompt == null ? absent(v.prompt, 10) : 10 + m22(v.prompt as never)) + integerOr(v.expires_at, 14) + (v.audio == null ? absent(v.audio, 9) : 9 + m34(v.audio as never)) + (v.include == null ? absent(v.include, 11) : 11 + m2(v.include as never)) + booleanOr(v.parallel_tool_calls, 23) + (v.reasoning == null ? absent(v.reasoning, 13) : 13 + m35(v.reasoning as never));
}

function m115(v: Value): number {
  return 1 + textOr(v.object, 10) + textOr(v.id, 6) + integerOr(v.expires_at, 14) + (v.audio == null ? absent(v.audio, 9) : 9 + m37(v.audio as never)) + (v.include == null ? absent(v.include, 11) : 11 + m2(v.include as never));
}

function m116(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 8:
      if (t === 'realtime') return 18 + m114(v);
      return NaN;
    case 13:
      if (t === 'transcription') return 23 + m115(v);
      return NaN;
    default:
      return NaN;
  }
}

function m117(v: Value): number {
  return 12 + textOr(v.event_id, 12) + m116(v.session as never);
}

function m118(v: Value): number {
  return 10 + textOr(v.event_id, 12) + secret(v, v.audio);
}

function m119(v: Value): number {
  return 9 + text(v.text);
}

function m120(v: Value): number {
  return 14 + secret(v, v.image_url) + textOr(v.detail, 10);
}

function m121(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 10:
      if (t === 'input_text') return 20 + m119(v);
      return NaN;
    case 11:
      if (t === 'input_audio') return 21 + m44(v);
      if (t === 'input_image') return 21 + m120(v);
      if (t === 'output_text') return 21 + m119(v);
      return NaN;
    case 12:
      if (t === 'output_audio') return 22 + m44(v);
      return NaN;
    case 4:
      if (t === 'text') return 14 + m119(v);
      return NaN;
    case 5:
      if (t === 'audio') return 15 + m44(v);
      return NaN;
    default:
      return NaN;
  }
}

function m122(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m121(v[i] as never);
  return n;
}

function m123(v: Value): number {
  return 20 + text(v.role) + m122(v.content as never) + textOr(v.id, 6) + textOr(v.object, 10) + textOr(v.status, 10);
}

function m124(v: Value): number {
  return 22 + text(v.name) + text(v.arguments) + textOr(v.call_id, 11) + textOr(v.id, 6) + textOr(v.object, 10) + textOr(v.status, 10);
}

function m125(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 7:
      if (t === 'message') return 17 + m123(v);
      return NaN;
    case 13:
      if (t === 'function_call') return 23 + m124(v);
      return NaN;
    case 20:
      if (t === 'function_call_output') return 30 + m50(v);
      return NaN;
    case 21:
      if (t === 'mcp_approval_response') return 31 + m51(v);
      return NaN;
    default:
      return NaN;
  }
}

function m126(v: Value): number {
  return 9 + textOr(v.event_id, 12) + textOr(v.previous_item_id, 20) + m125(v.item as never);
}

function m127(v: Value): number {
  return 7 + text(v.id);
}

function m128(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 7:
      if (t === 'message') return 17 + m123(v);
      return NaN;
    case 13:
      if (t === 'function_call') return 23 + m124(v);
      return NaN;
    case 20:
      if (t === 'function_call_output') return 30 + m50(v);
      return NaN;
    case 21:
      if (t === 'mcp_approval_response') return 31 + m51(v);
      return NaN;
    case 14:
      if (t === 'item_reference') return 24 + m127(v);
      return NaN;
    default:
      return NaN;
  }
}

function m129(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m128(v[i] as never);
  return n;
}

function m130(v: Value): number {
  return isObject(v) ? 1 + (v.output_modalities == null ? absent(v.output_modalities, 21) : 21 + m2(v.output_modalities as never)) + textOr(v.instructions, 16) + (v.audio == null ? absent(v.audio, 9) : 9 + m92(v.audio as never)) + (v.tools == null ? absent(v.tools, 9) : 9 + m9(v.tools as never)) + (v.tool_choice == null ? absent(v.tool_choice, 15) : 15 + (typeof v.tool_choice === 'string' ? text(v.tool_choice) : (isObject(v.tool_choice) ? m12(v.tool_choice as never) : NaN))) + booleanOr(v.parallel_tool_calls, 23) + (v.reasoning == null ? absent(v.reasoning, 13) : 13 + m35(v.reasoning as never)) + (v.max_output_tokens == null ? absent(v.max_output_tokens, 21) : 21 + (typeof v.max_output_tokens === 'number' ? integer(v.max_output_tokens) : (typeof v.max_output_tokens === 'string' ? text(v.max_output_tokens) : NaN))) + textOr(v.conversation, 16) + (v.metadata == null ? absent(v.metadata, 12) : 12 + m4(v.metadata as never)) + (v.prompt == null ? absent(v.prompt, 10) : 10 + m22(v.prompt as never)) + (v.input == null ? absent(v.input, 9) : 9 + m129(v.input as never)) : NaN;
}

function m131(v: Value): number {
  return 1 + textOr(v.event_id, 12) + (v.response == null ? absent(v.response, 12) : 12 + m130(v.response as never));
}

function m132(v: Value): number {
  return 1 + textOr(v.event_id, 12) + textOr(v.response_id, 15);
}

function m133(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  switch (t.length) {
    case 14:
      if (t === 'session.update') return 24 + m117(v);
      return NaN;
    case 25:
      if (t === 'input_audio_buffer.append') return 35 + m118(v);
      if (t === 'input_audio_buffer.commit' || t === 'output_audio_buffer.clear') return 35 + m80(v);
      return NaN;
    case 24:
      if (t === 'input_audio_buffer.clear') return 34 + m80(v);
      if (t === 'conversation.item.create') return 34 + m126(v);
      if (t === 'conversation.item.delete') return 34 + m64(v);
      return NaN;
    case 26:
      if (t === 'conversation.item.retrieve') return 36 + m64(v);
      if (t === 'conversation.item.truncate') return 36 + m63(v);
      return NaN;
    case 15:
      if (t === 'response.create') return 25 + m131(v);
      if (t === 'response.cancel') return 25 + m132(v);
      return NaN;
    default:
      return NaN;
  }
}
