import { protocol, type Session } from 'electron';
import { createAppProtocol } from './app-protocol.ts';
import { appScheme } from './origin.ts';

/** Makes `app:` a scheme with origins and a secure context. Only possible before Electron is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: appScheme,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
}

export function serveAppScheme(session: Session, directory: string): void {
  session.protocol.handle(appScheme, createAppProtocol(directory));
}
