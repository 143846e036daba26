import './styles/tokens.css';
import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { config } from 'zod';
import { App } from './app/app.tsx';
import { applyTheme } from './app/theme.ts';
import { createConnection } from './connection/connection.ts';
import { choosePort } from './connection/open-port.ts';
import { keepAddress } from './state/address.ts';
import { createPage } from './state/page.ts';

// The shells' policy forbids code made from strings, which is how zod would speed itself up.
config({ jitless: true });

const connection = createConnection(choosePort());
const page = createPage(connection);
applyTheme(page.app);
keepAddress(page);
connection.start();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root".');
createRoot(root).render(
  <StrictMode>
    <App page={page} />
  </StrictMode>,
);
