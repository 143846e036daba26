import { stallAnnouncement } from '#shared/chat/stall-text.ts';
import { useChat } from '../state/page-context.tsx';
import { Announcement } from '../ui/announcement.tsx';

/** Beside the answer, not in it: what is marked as busy is not read aloud. */
export function StallAnnouncement() {
  const stalled = useChat(state => state.running !== null && state.running.quietSinceMs !== null);
  return <Announcement text={stalled ? stallAnnouncement : ''} />;
}
