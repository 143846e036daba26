import type { Session } from 'electron';
import { appOrigin, isOwnUrl } from './origin.ts';

/** The "Copy" buttons write plain text. Nothing else that a page can ask for has a use here. */
const granted = 'clipboard-sanitized-write';

/** Both handlers are needed: most APIs check first and ask only when the check said no. */
export function restrictPermissions(session: Session): void {
  session.setPermissionCheckHandler(
    (_contents, permission, requestingOrigin) =>
      permission === granted && requestingOrigin.replace(/\/$/, '') === appOrigin,
  );
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(permission === granted && details.isMainFrame && isOwnUrl(details.requestingUrl));
  });
  session.setDevicePermissionHandler(() => false);
}
