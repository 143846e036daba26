import type { AppContract } from '#shared/contract/app-contract.ts';
import type { ParsedInputOf } from '#shared/rpc/contract.ts';

/** A file and how to load it. */
export type ModelRequest = ParsedInputOf<AppContract['model.load']>;
