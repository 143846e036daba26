import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip } from '@base-ui/react/tooltip';
import type { Page } from '../state/page.ts';
import { PageContext } from '../state/page-context.tsx';
import { Layout } from './layout.tsx';

export function App({ page }: { readonly page: Page }) {
  return (
    // The shells' policy allows no inline style elements.
    <CSPProvider disableStyleElements>
      <Tooltip.Provider>
        <PageContext value={page}>
          <Layout />
        </PageContext>
      </Tooltip.Provider>
    </CSPProvider>
  );
}
