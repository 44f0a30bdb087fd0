// Written by scripts/emit-checks.mjs from the schemas; not for editing. One function per shape.
// Each is true only of values, as JSON.parse makes them, that `check(…, 'tolerant')` finds nothing wrong with. What holds
// audio, an image or a key is made to print redacted on the way.

import { hold, holdHeaders } from './masked.ts';

type Value = Record<string, unknown>;

/** True only of a right `ServerEvent` of a known type. */
export const isServerEvent = (value: unknown): boolean => is113(value as Value);

/** True only of a right `ClientEvent` of a known type. */
export const isClientEvent = (value: unknown): boolean => is133(value as Value);

function is0(v: Value): boolean {
  return typeof v === 'object' && v !== null && typeof v.type === 'string' && (v.code == null || typeof v.code === 'string') && typeof v.message === 'string' && (v.param == null || typeof v.param === 'string') && (v.event_id == null || typeof v.event_id === 'string');
}

function is1(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && is0(v.error as Value);
}

function is2(v: Value): boolean {
  if (!Array.isArray(v)) return false;
  for (let i = 0; i < v.length; i++) if (!(typeof v[i] === 'string')) return false;
  return true;
}

function is3(v: Value): boolean {
  return typeof v.name === 'string' && (v.description == null || typeof v.description === 'string') && (v.parameters == null || (typeof v.parameters === 'object' && v.parameters !== null && !Array.isArray(v.parameters)));
}

function is4(v: Value): boolean {
  if (!(typeof v === 'object' && v !== null && !Array.isArray(v))) return false;
  for (const k in v) if (!(typeof v[k] === 'string')) return false;
  return true;
}

function is5(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.tool_names == null || is2(v.tool_names as Value)) && (v.read_only == null || typeof v.read_only === 'boolean');
}

function is6(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.always == null || is5(v.always as Value)) && (v.never == null || is5(v.never as Value));
}

function is7(v: Value): boolean {
  return typeof v.server_label === 'string' && (v.server_url == null || typeof v.server_url === 'string') && (v.connector_id == null || typeof v.connector_id === 'string') && (v.tunnel_id == null || typeof v.tunnel_id === 'string') && (v.authorization == null || typeof v.authorization === 'string') && hold(v, v.authorization) && (v.server_description == null || typeof v.server_description === 'string') && (v.headers == null || (is4(v.headers as Value) && holdHeaders(v.headers as object))) && (v.allowed_tools == null || (is2(v.allowed_tools as Value) || is5(v.allowed_tools as Value))) && (v.allowed_callers == null || is2(v.allowed_callers as Value)) && (v.require_approval == null || (typeof v.require_approval === 'string' || is6(v.require_approval as Value))) && (v.defer_loading == null || typeof v.defer_loading === 'boolean');
}

function is8(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'function':
      return is3(v);
    case 'mcp':
      return is7(v);
    default:
      return false;
  }
}

function is9(v: Value): boolean {
  if (!Array.isArray(v)) return false;
  for (let i = 0; i < v.length; i++) if (!(is8(v[i] as Value))) return false;
  return true;
}

function is10(v: Value): boolean {
  return typeof v.name === 'string';
}

function is11(v: Value): boolean {
  return typeof v.server_label === 'string' && (v.name == null || typeof v.name === 'string');
}

function is12(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'function':
      return is10(v);
    case 'mcp':
      return is11(v);
    default:
      return false;
  }
}

function is13(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.workflow_name == null || typeof v.workflow_name === 'string') && (v.group_id == null || typeof v.group_id === 'string') && (v.metadata == null || (typeof v.metadata === 'object' && v.metadata !== null && !Array.isArray(v.metadata)));
}

function is14(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.post_instructions == null || Number.isInteger(v.post_instructions));
}

function is15(v: Value): boolean {
  return typeof v === 'object' && v !== null && typeof v.type === 'string' && Number.isFinite(v.retention_ratio) && (v.token_limits == null || is14(v.token_limits as Value));
}

function is16(v: Value): boolean {
  return typeof v === 'object' && v !== null && typeof v.mode === 'string';
}

function is17(v: Value): boolean {
  return typeof v.text === 'string' && (v.prompt_cache_breakpoint == null || is16(v.prompt_cache_breakpoint as Value));
}

function is18(v: Value): boolean {
  return typeof v.detail === 'string' && (v.image_url == null || typeof v.image_url === 'string') && hold(v, v.image_url) && (v.file_id == null || typeof v.file_id === 'string') && (v.prompt_cache_breakpoint == null || is16(v.prompt_cache_breakpoint as Value));
}

function is19(v: Value): boolean {
  return (v.detail == null || typeof v.detail === 'string') && (v.file_id == null || typeof v.file_id === 'string') && (v.prompt_cache_breakpoint == null || is16(v.prompt_cache_breakpoint as Value)) && (v.filename == null || typeof v.filename === 'string') && (v.file_data == null || typeof v.file_data === 'string') && hold(v, v.file_data) && (v.file_url == null || typeof v.file_url === 'string');
}

function is20(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'input_text':
      return is17(v);
    case 'input_image':
      return is18(v);
    case 'input_file':
      return is19(v);
    default:
      return false;
  }
}

function is21(v: Value): boolean {
  if (!(typeof v === 'object' && v !== null && !Array.isArray(v))) return false;
  for (const k in v) if (!((typeof v[k] === 'string' || is20(v[k] as Value)))) return false;
  return true;
}

function is22(v: Value): boolean {
  return typeof v === 'object' && v !== null && typeof v.id === 'string' && (v.version == null || typeof v.version === 'string') && (v.variables == null || is21(v.variables as Value));
}

function is23(v: Value): boolean {
  return (v.rate == null || Number.isInteger(v.rate));
}

function is24(v: Value): boolean {
  return true;
}

function is25(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'audio/pcm':
      return is23(v);
    case 'audio/pcmu':
    case 'audio/pcma':
      return is24(v);
    default:
      return false;
  }
}

function is26(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.model == null || typeof v.model === 'string') && (v.language == null || typeof v.language === 'string') && (v.prompt == null || typeof v.prompt === 'string') && (v.languages == null || is2(v.languages as Value)) && (v.keywords == null || is2(v.keywords as Value)) && (v.delay == null || typeof v.delay === 'string');
}

function is27(v: Value): boolean {
  return typeof v === 'object' && v !== null && typeof v.type === 'string';
}

function is28(v: Value): boolean {
  return (v.threshold == null || Number.isFinite(v.threshold)) && (v.prefix_padding_ms == null || Number.isInteger(v.prefix_padding_ms)) && (v.silence_duration_ms == null || Number.isInteger(v.silence_duration_ms)) && (v.idle_timeout_ms == null || Number.isInteger(v.idle_timeout_ms)) && (v.create_response == null || typeof v.create_response === 'boolean') && (v.interrupt_response == null || typeof v.interrupt_response === 'boolean');
}

function is29(v: Value): boolean {
  return (v.eagerness == null || typeof v.eagerness === 'string') && (v.create_response == null || typeof v.create_response === 'boolean') && (v.interrupt_response == null || typeof v.interrupt_response === 'boolean');
}

function is30(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'server_vad':
      return is28(v);
    case 'semantic_vad':
      return is29(v);
    default:
      return false;
  }
}

function is31(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.format == null || is25(v.format as Value)) && (v.transcription == null || is26(v.transcription as Value)) && (v.noise_reduction == null || is27(v.noise_reduction as Value)) && (v.turn_detection == null || is30(v.turn_detection as Value));
}

function is32(v: Value): boolean {
  return typeof v === 'object' && v !== null && typeof v.id === 'string';
}

function is33(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.format == null || is25(v.format as Value)) && (v.voice == null || (typeof v.voice === 'string' || is32(v.voice as Value))) && (v.speed == null || Number.isFinite(v.speed));
}

function is34(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.input == null || is31(v.input as Value)) && (v.output == null || is33(v.output as Value));
}

function is35(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.effort == null || typeof v.effort === 'string');
}

function is36(v: Value): boolean {
  return typeof v.object === 'string' && typeof v.id === 'string' && (v.model == null || typeof v.model === 'string') && (v.output_modalities == null || is2(v.output_modalities as Value)) && (v.instructions == null || typeof v.instructions === 'string') && (v.tools == null || is9(v.tools as Value)) && (v.tool_choice == null || (typeof v.tool_choice === 'string' || is12(v.tool_choice as Value))) && (v.max_output_tokens == null || (Number.isInteger(v.max_output_tokens) || typeof v.max_output_tokens === 'string')) && (v.tracing == null || (typeof v.tracing === 'string' || is13(v.tracing as Value))) && (v.truncation == null || (typeof v.truncation === 'string' || is15(v.truncation as Value))) && (v.prompt == null || is22(v.prompt as Value)) && (v.expires_at == null || Number.isInteger(v.expires_at)) && (v.audio == null || is34(v.audio as Value)) && (v.include == null || is2(v.include as Value)) && (v.parallel_tool_calls == null || typeof v.parallel_tool_calls === 'boolean') && (v.reasoning == null || is35(v.reasoning as Value));
}

function is37(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.input == null || is31(v.input as Value));
}

function is38(v: Value): boolean {
  return typeof v.object === 'string' && typeof v.id === 'string' && (v.expires_at == null || Number.isInteger(v.expires_at)) && (v.audio == null || is37(v.audio as Value)) && (v.include == null || is2(v.include as Value));
}

function is39(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'realtime':
      return is36(v);
    case 'transcription':
      return is38(v);
    default:
      return false;
  }
}

function is40(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && is39(v.session as Value);
}

function is41(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.id == null || typeof v.id === 'string') && (v.object == null || typeof v.object === 'string');
}

function is42(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && is41(v.conversation as Value);
}

function is43(v: Value): boolean {
  return (v.text == null || typeof v.text === 'string');
}

function is44(v: Value): boolean {
  return (v.audio == null || typeof v.audio === 'string') && hold(v, v.audio) && (v.transcript == null || typeof v.transcript === 'string');
}

function is45(v: Value): boolean {
  return (v.detail == null || typeof v.detail === 'string') && (v.image_url == null || typeof v.image_url === 'string') && hold(v, v.image_url);
}

function is46(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'input_text':
    case 'output_text':
      return is43(v);
    case 'input_audio':
    case 'output_audio':
      return is44(v);
    case 'input_image':
      return is45(v);
    default:
      return false;
  }
}

function is47(v: Value): boolean {
  if (!Array.isArray(v)) return false;
  for (let i = 0; i < v.length; i++) if (!(is46(v[i] as Value))) return false;
  return true;
}

function is48(v: Value): boolean {
  return is47(v.content as Value) && typeof v.role === 'string' && (v.id == null || typeof v.id === 'string') && (v.object == null || typeof v.object === 'string') && (v.status == null || typeof v.status === 'string');
}

function is49(v: Value): boolean {
  return (v.arguments == null || typeof v.arguments === 'string') && typeof v.name === 'string' && (v.id == null || typeof v.id === 'string') && (v.call_id == null || typeof v.call_id === 'string') && (v.object == null || typeof v.object === 'string') && (v.status == null || typeof v.status === 'string');
}

function is50(v: Value): boolean {
  return typeof v.call_id === 'string' && typeof v.output === 'string' && (v.id == null || typeof v.id === 'string') && (v.object == null || typeof v.object === 'string') && (v.status == null || typeof v.status === 'string');
}

function is51(v: Value): boolean {
  return (v.id == null || typeof v.id === 'string') && typeof v.approval_request_id === 'string' && typeof v.approve === 'boolean' && (v.reason == null || typeof v.reason === 'string');
}

function is52(v: Value): boolean {
  return typeof v === 'object' && v !== null && v.input_schema !== undefined && typeof v.name === 'string' && (v.description == null || typeof v.description === 'string');
}

function is53(v: Value): boolean {
  if (!Array.isArray(v)) return false;
  for (let i = 0; i < v.length; i++) if (!(is52(v[i] as Value))) return false;
  return true;
}

function is54(v: Value): boolean {
  return typeof v.server_label === 'string' && (v.tools == null || is53(v.tools as Value)) && (v.id == null || typeof v.id === 'string');
}

function is55(v: Value): boolean {
  return Number.isInteger(v.code) && typeof v.message === 'string';
}

function is56(v: Value): boolean {
  return typeof v.message === 'string';
}

function is57(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'protocol_error':
    case 'http_error':
      return is55(v);
    case 'tool_execution_error':
      return is56(v);
    default:
      return false;
  }
}

function is58(v: Value): boolean {
  return (v.id == null || typeof v.id === 'string') && (v.arguments == null || typeof v.arguments === 'string') && typeof v.name === 'string' && typeof v.server_label === 'string' && (v.approval_request_id == null || typeof v.approval_request_id === 'string') && (v.error == null || (is57(v.error as Value) || typeof v.error === 'string')) && (v.output == null || typeof v.output === 'string');
}

function is59(v: Value): boolean {
  return (v.id == null || typeof v.id === 'string') && (v.arguments == null || typeof v.arguments === 'string') && typeof v.name === 'string' && typeof v.server_label === 'string';
}

function is60(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'message':
      return is48(v);
    case 'function_call':
      return is49(v);
    case 'function_call_output':
      return is50(v);
    case 'mcp_approval_response':
      return is51(v);
    case 'mcp_list_tools':
      return is54(v);
    case 'mcp_call':
      return is58(v);
    case 'mcp_approval_request':
      return is59(v);
    default:
      return false;
  }
}

function is61(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && (v.previous_item_id == null || typeof v.previous_item_id === 'string') && is60(v.item as Value);
}

function is62(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && is60(v.item as Value);
}

function is63(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.item_id === 'string' && Number.isInteger(v.content_index) && Number.isInteger(v.audio_end_ms);
}

function is64(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.item_id === 'string';
}

function is65(v: Value): boolean {
  if (!Array.isArray(v)) return false;
  for (let i = 0; i < v.length; i++) if (!(Number.isInteger(v[i]))) return false;
  return true;
}

function is66(v: Value): boolean {
  return typeof v === 'object' && v !== null && typeof v.token === 'string' && Number.isFinite(v.logprob) && is65(v.bytes as Value);
}

function is67(v: Value): boolean {
  if (!Array.isArray(v)) return false;
  for (let i = 0; i < v.length; i++) if (!(is66(v[i] as Value))) return false;
  return true;
}

function is68(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.item_id === 'string' && (v.content_index == null || Number.isInteger(v.content_index)) && (v.delta == null || typeof v.delta === 'string') && (v.logprobs == null || is67(v.logprobs as Value));
}

function is69(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.item_id === 'string' && Number.isInteger(v.content_index) && typeof v.id === 'string' && typeof v.text === 'string' && typeof v.speaker === 'string' && Number.isFinite(v.start) && Number.isFinite(v.end);
}

function is70(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.text_tokens == null || Number.isInteger(v.text_tokens)) && (v.audio_tokens == null || Number.isInteger(v.audio_tokens));
}

function is71(v: Value): boolean {
  return Number.isInteger(v.total_tokens) && Number.isInteger(v.input_tokens) && Number.isInteger(v.output_tokens) && (v.input_token_details == null || is70(v.input_token_details as Value));
}

function is72(v: Value): boolean {
  return Number.isFinite(v.seconds);
}

function is73(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'tokens':
      return is71(v);
    case 'duration':
      return is72(v);
    default:
      return false;
  }
}

function is74(v: Value): boolean {
  return typeof v === 'object' && v !== null && typeof v.code === 'string';
}

function is75(v: Value): boolean {
  if (!Array.isArray(v)) return false;
  for (let i = 0; i < v.length; i++) if (!(is74(v[i] as Value))) return false;
  return true;
}

function is76(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.item_id === 'string' && Number.isInteger(v.content_index) && typeof v.transcript === 'string' && (v.usage == null || is73(v.usage as Value)) && (v.languages == null || is75(v.languages as Value)) && (v.logprobs == null || is67(v.logprobs as Value));
}

function is77(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.type == null || typeof v.type === 'string') && (v.code == null || typeof v.code === 'string') && (v.message == null || typeof v.message === 'string') && (v.param == null || typeof v.param === 'string');
}

function is78(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.item_id === 'string' && Number.isInteger(v.content_index) && is77(v.error as Value);
}

function is79(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && (v.previous_item_id == null || typeof v.previous_item_id === 'string') && typeof v.item_id === 'string';
}

function is80(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string');
}

function is81(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && Number.isInteger(v.audio_start_ms) && typeof v.item_id === 'string';
}

function is82(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && Number.isInteger(v.audio_end_ms) && typeof v.item_id === 'string';
}

function is83(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && Number.isInteger(v.audio_start_ms) && Number.isInteger(v.audio_end_ms) && typeof v.item_id === 'string';
}

function is84(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.event === 'string' && Number.isInteger(v.received_at);
}

function is85(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.name == null || typeof v.name === 'string') && (v.limit == null || Number.isInteger(v.limit)) && (v.remaining == null || Number.isInteger(v.remaining)) && (v.reset_seconds == null || Number.isFinite(v.reset_seconds));
}

function is86(v: Value): boolean {
  if (!Array.isArray(v)) return false;
  for (let i = 0; i < v.length; i++) if (!(is85(v[i] as Value))) return false;
  return true;
}

function is87(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && is86(v.rate_limits as Value);
}

function is88(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.type == null || typeof v.type === 'string') && (v.code == null || typeof v.code === 'string') && (v.message == null || typeof v.message === 'string');
}

function is89(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.type == null || typeof v.type === 'string') && (v.reason == null || typeof v.reason === 'string') && (v.error == null || is88(v.error as Value));
}

function is90(v: Value): boolean {
  if (!Array.isArray(v)) return false;
  for (let i = 0; i < v.length; i++) if (!(is60(v[i] as Value))) return false;
  return true;
}

function is91(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.format == null || is25(v.format as Value)) && (v.voice == null || (typeof v.voice === 'string' || is32(v.voice as Value)));
}

function is92(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.output == null || is91(v.output as Value));
}

function is93(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.text_tokens == null || Number.isInteger(v.text_tokens)) && (v.audio_tokens == null || Number.isInteger(v.audio_tokens)) && (v.image_tokens == null || Number.isInteger(v.image_tokens));
}

function is94(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.text_tokens == null || Number.isInteger(v.text_tokens)) && (v.audio_tokens == null || Number.isInteger(v.audio_tokens)) && (v.image_tokens == null || Number.isInteger(v.image_tokens)) && (v.cached_tokens == null || Number.isInteger(v.cached_tokens)) && (v.cached_tokens_details == null || is93(v.cached_tokens_details as Value));
}

function is95(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.text_tokens == null || Number.isInteger(v.text_tokens)) && (v.audio_tokens == null || Number.isInteger(v.audio_tokens)) && (v.reasoning_tokens == null || Number.isInteger(v.reasoning_tokens));
}

function is96(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.total_tokens == null || Number.isInteger(v.total_tokens)) && (v.input_tokens == null || Number.isInteger(v.input_tokens)) && (v.output_tokens == null || Number.isInteger(v.output_tokens)) && (v.input_token_details == null || is94(v.input_token_details as Value)) && (v.output_token_details == null || is95(v.output_token_details as Value));
}

function is97(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.object == null || typeof v.object === 'string') && (v.id == null || typeof v.id === 'string') && (v.status == null || typeof v.status === 'string') && (v.status_details == null || is89(v.status_details as Value)) && (v.output == null || is90(v.output as Value)) && (v.conversation_id == null || typeof v.conversation_id === 'string') && (v.output_modalities == null || is2(v.output_modalities as Value)) && (v.max_output_tokens == null || (Number.isInteger(v.max_output_tokens) || typeof v.max_output_tokens === 'string')) && (v.audio == null || is92(v.audio as Value)) && (v.usage == null || is96(v.usage as Value)) && (v.metadata == null || is4(v.metadata as Value));
}

function is98(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && is97(v.response as Value);
}

function is99(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.response_id === 'string' && Number.isInteger(v.output_index) && is60(v.item as Value);
}

function is100(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.type == null || typeof v.type === 'string') && (v.text == null || typeof v.text === 'string') && (v.transcript == null || typeof v.transcript === 'string') && (v.audio == null || typeof v.audio === 'string') && hold(v, v.audio);
}

function is101(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.response_id === 'string' && typeof v.item_id === 'string' && Number.isInteger(v.output_index) && Number.isInteger(v.content_index) && is100(v.part as Value);
}

function is102(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.response_id === 'string' && typeof v.item_id === 'string' && Number.isInteger(v.output_index) && Number.isInteger(v.content_index) && typeof v.delta === 'string';
}

function is103(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.response_id === 'string' && typeof v.item_id === 'string' && Number.isInteger(v.output_index) && Number.isInteger(v.content_index) && typeof v.text === 'string';
}

function is104(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.response_id === 'string' && typeof v.item_id === 'string' && Number.isInteger(v.output_index) && Number.isInteger(v.content_index) && typeof v.delta === 'string' && hold(v, v.delta);
}

function is105(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.response_id === 'string' && typeof v.item_id === 'string' && Number.isInteger(v.output_index) && Number.isInteger(v.content_index);
}

function is106(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.response_id === 'string' && typeof v.item_id === 'string' && Number.isInteger(v.output_index) && Number.isInteger(v.content_index) && typeof v.transcript === 'string';
}

function is107(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.response_id === 'string' && typeof v.item_id === 'string' && Number.isInteger(v.output_index) && typeof v.call_id === 'string' && typeof v.delta === 'string';
}

function is108(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.response_id === 'string' && typeof v.item_id === 'string' && Number.isInteger(v.output_index) && typeof v.call_id === 'string' && (v.name == null || typeof v.name === 'string') && typeof v.arguments === 'string';
}

function is109(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.response_id === 'string' && typeof v.item_id === 'string' && Number.isInteger(v.output_index) && typeof v.delta === 'string' && (v.obfuscation == null || typeof v.obfuscation === 'string');
}

function is110(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.response_id === 'string' && typeof v.item_id === 'string' && Number.isInteger(v.output_index) && typeof v.arguments === 'string';
}

function is111(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && Number.isInteger(v.output_index) && typeof v.item_id === 'string';
}

function is112(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.response_id === 'string';
}

function is113(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'error':
      return is1(v);
    case 'session.created':
    case 'session.updated':
      return is40(v);
    case 'conversation.created':
      return is42(v);
    case 'conversation.item.created':
    case 'conversation.item.added':
    case 'conversation.item.done':
      return is61(v);
    case 'conversation.item.retrieved':
      return is62(v);
    case 'conversation.item.truncated':
      return is63(v);
    case 'conversation.item.deleted':
    case 'mcp_list_tools.in_progress':
    case 'mcp_list_tools.completed':
    case 'mcp_list_tools.failed':
      return is64(v);
    case 'conversation.item.input_audio_transcription.delta':
      return is68(v);
    case 'conversation.item.input_audio_transcription.segment':
      return is69(v);
    case 'conversation.item.input_audio_transcription.completed':
      return is76(v);
    case 'conversation.item.input_audio_transcription.failed':
      return is78(v);
    case 'input_audio_buffer.committed':
      return is79(v);
    case 'input_audio_buffer.cleared':
      return is80(v);
    case 'input_audio_buffer.speech_started':
      return is81(v);
    case 'input_audio_buffer.speech_stopped':
      return is82(v);
    case 'input_audio_buffer.timeout_triggered':
      return is83(v);
    case 'input_audio_buffer.dtmf_event_received':
      return is84(v);
    case 'rate_limits.updated':
      return is87(v);
    case 'response.created':
    case 'response.done':
      return is98(v);
    case 'response.output_item.added':
    case 'response.output_item.done':
      return is99(v);
    case 'response.content_part.added':
    case 'response.content_part.done':
      return is101(v);
    case 'response.output_text.delta':
    case 'response.output_audio_transcript.delta':
      return is102(v);
    case 'response.output_text.done':
      return is103(v);
    case 'response.output_audio.delta':
      return is104(v);
    case 'response.output_audio.done':
      return is105(v);
    case 'response.output_audio_transcript.done':
      return is106(v);
    case 'response.function_call_arguments.delta':
      return is107(v);
    case 'response.function_call_arguments.done':
      return is108(v);
    case 'response.mcp_call_arguments.delta':
      return is109(v);
    case 'response.mcp_call_arguments.done':
      return is110(v);
    case 'response.mcp_call.in_progress':
    case 'response.mcp_call.completed':
    case 'response.mcp_call.failed':
      return is111(v);
    case 'output_audio_buffer.started':
    case 'output_audio_buffer.stopped':
    case 'output_audio_buffer.cleared':
      return is112(v);
    default:
      return false;
  }
}

function is114(v: Value): boolean {
  return (v.object == null || typeof v.object === 'string') && (v.id == null || typeof v.id === 'string') && (v.model == null || typeof v.model === 'string') && (v.output_modalities == null || is2(v.output_modalities as Value)) && (v.instructions == null || typeof v.instructions === 'string') && (v.tools == null || is9(v.tools as Value)) && (v.tool_choice == null || (typeof v.tool_choice === 'string' || is12(v.tool_choice as Value))) && (v.max_output_tokens == null || (Number.isInteger(v.max_output_tokens) || typeof v.max_output_tokens === 'string')) && (v.tracing == null || (typeof v.tracing === 'string' || is13(v.tracing as Value))) && (v.truncation == null || (typeof v.truncation === 'string' || is15(v.truncation as Value))) && (v.prompt == null || is22(v.prompt as Value)) && (v.expires_at == null || Number.isInteger(v.expires_at)) && (v.audio == null || is34(v.audio as Value)) && (v.include == null || is2(v.include as Value)) && (v.parallel_tool_calls == null || typeof v.parallel_tool_calls === 'boolean') && (v.reasoning == null || is35(v.reasoning as Value));
}

function is115(v: Value): boolean {
  return (v.object == null || typeof v.object === 'string') && (v.id == null || typeof v.id === 'string') && (v.expires_at == null || Number.isInteger(v.expires_at)) && (v.audio == null || is37(v.audio as Value)) && (v.include == null || is2(v.include as Value));
}

function is116(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'realtime':
      return is114(v);
    case 'transcription':
      return is115(v);
    default:
      return false;
  }
}

function is117(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && is116(v.session as Value);
}

function is118(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && typeof v.audio === 'string' && hold(v, v.audio);
}

function is119(v: Value): boolean {
  return typeof v.text === 'string';
}

function is120(v: Value): boolean {
  return typeof v.image_url === 'string' && hold(v, v.image_url) && (v.detail == null || typeof v.detail === 'string');
}

function is121(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return is119(v);
    case 'input_audio':
    case 'output_audio':
    case 'audio':
      return is44(v);
    case 'input_image':
      return is120(v);
    default:
      return false;
  }
}

function is122(v: Value): boolean {
  if (!Array.isArray(v)) return false;
  for (let i = 0; i < v.length; i++) if (!(is121(v[i] as Value))) return false;
  return true;
}

function is123(v: Value): boolean {
  return typeof v.role === 'string' && is122(v.content as Value) && (v.id == null || typeof v.id === 'string') && (v.object == null || typeof v.object === 'string') && (v.status == null || typeof v.status === 'string');
}

function is124(v: Value): boolean {
  return typeof v.name === 'string' && typeof v.arguments === 'string' && (v.call_id == null || typeof v.call_id === 'string') && (v.id == null || typeof v.id === 'string') && (v.object == null || typeof v.object === 'string') && (v.status == null || typeof v.status === 'string');
}

function is125(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'message':
      return is123(v);
    case 'function_call':
      return is124(v);
    case 'function_call_output':
      return is50(v);
    case 'mcp_approval_response':
      return is51(v);
    default:
      return false;
  }
}

function is126(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && (v.previous_item_id == null || typeof v.previous_item_id === 'string') && is125(v.item as Value);
}

function is127(v: Value): boolean {
  return typeof v.id === 'string';
}

function is128(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'message':
      return is123(v);
    case 'function_call':
      return is124(v);
    case 'function_call_output':
      return is50(v);
    case 'mcp_approval_response':
      return is51(v);
    case 'item_reference':
      return is127(v);
    default:
      return false;
  }
}

function is129(v: Value): boolean {
  if (!Array.isArray(v)) return false;
  for (let i = 0; i < v.length; i++) if (!(is128(v[i] as Value))) return false;
  return true;
}

function is130(v: Value): boolean {
  return (typeof v === 'object' && v !== null && !Array.isArray(v)) && (v.output_modalities == null || is2(v.output_modalities as Value)) && (v.instructions == null || typeof v.instructions === 'string') && (v.audio == null || is92(v.audio as Value)) && (v.tools == null || is9(v.tools as Value)) && (v.tool_choice == null || (typeof v.tool_choice === 'string' || is12(v.tool_choice as Value))) && (v.parallel_tool_calls == null || typeof v.parallel_tool_calls === 'boolean') && (v.reasoning == null || is35(v.reasoning as Value)) && (v.max_output_tokens == null || (Number.isInteger(v.max_output_tokens) || typeof v.max_output_tokens === 'string')) && (v.conversation == null || typeof v.conversation === 'string') && (v.metadata == null || is4(v.metadata as Value)) && (v.prompt == null || is22(v.prompt as Value)) && (v.input == null || is129(v.input as Value));
}

function is131(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && (v.response == null || is130(v.response as Value));
}

function is132(v: Value): boolean {
  return (v.event_id == null || typeof v.event_id === 'string') && (v.response_id == null || typeof v.response_id === 'string');
}

function is133(v: Value): boolean {
  if (typeof v !== 'object' || v === null) return false;
  switch (v.type) {
    case 'session.update':
      return is117(v);
    case 'input_audio_buffer.append':
      return is118(v);
    case 'input_audio_buffer.commit':
    case 'input_audio_buffer.clear':
    case 'output_audio_buffer.clear':
      return is80(v);
    case 'conversation.item.create':
      return is126(v);
    case 'conversation.item.retrieve':
    case 'conversation.item.delete':
      return is64(v);
    case 'conversation.item.truncate':
      return is63(v);
    case 'response.create':
      return is131(v);
    case 'response.cancel':
      return is132(v);
    default:
      return false;
  }
}
