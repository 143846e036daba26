/** Whether anybody can see the page: not behind another tab, not minimised. */
export interface PageVisibility {
  isVisible(): boolean;
  onChange(listener: () => void): void;
}

export const pageVisibility: PageVisibility = {
  isVisible: () => document.visibilityState === 'visible',
  onChange: listener => document.addEventListener('visibilitychange', listener),
};
