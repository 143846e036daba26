import './styles/tokens.css';
import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { createConnection } from './connection/connection.ts';
import { choosePort } from './connection/open-port.ts';
import { createPage } from './state/page.ts';

const connection = createConnection(choosePort());
const page = createPage(connection);
connection.start();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root".');
createRoot(root).render(
  <StrictMode>
    <App page={page} />
  </StrictMode>,
);
