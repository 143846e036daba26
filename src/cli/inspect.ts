import { withHost } from './command-host.ts';
import { endWithFailure, exitCodes } from './failure.ts';
import type { InspectOptions } from './inspect-options.ts';
import { describedFile, describedPreset, inspectText } from './inspect-report.ts';
import type { Installation } from './installation.ts';
import { catchInterrupts } from './interrupts.ts';
import { pathArgument, presetArgument } from './model-argument.ts';
import type { Terminal } from './terminal.ts';

/** Reads a header in the engine's process, since a damaged file may end the one that reads it. */
export async function runInspect(
  model: string,
  { json = false }: InspectOptions,
  installation: Installation,
  terminal: Terminal,
): Promise<number> {
  using interrupts = catchInterrupts();
  try {
    const preset = presetArgument(model);
    const inspected =
      preset === null
        ? await withHost(installation, [interrupts.stop], async client =>
            describedFile(await client.call('model.describe', { path: pathArgument(model) })),
          )
        : describedPreset(preset);
    terminal.writeLine(json ? JSON.stringify(inspected) : inspectText(inspected));
    return exitCodes.success;
  } catch (thrown) {
    return endWithFailure(thrown, interrupts.stop, terminal, json);
  }
}
