import { createContext, use } from 'react';
import { useStore } from 'zustand';
import type { CompareState } from '../compare/compare-store.ts';
import type { FitState } from '../fit/fit-store.ts';
import type { TuneState } from '../tune/tune-store.ts';
import type { AppState } from './app-store.ts';
import type { ChatState } from './chat-store.ts';
import type { Page } from './page.ts';
import type { ViewState } from './view-store.ts';

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = use(PageContext);
  if (page === null) throw new Error('usePage needs a PageContext above it.');
  return page;
}

/** Select as little as the component shows: it renders again only when that changes. */
export function useApp<T>(select: (state: AppState) => T): T {
  return useStore(usePage().app, select);
}

export function useChat<T>(select: (state: ChatState) => T): T {
  return useStore(usePage().chat.store, select);
}

export function useFit<T>(select: (state: FitState) => T): T {
  return useStore(usePage().fit.store, select);
}

export function useCompare<T>(select: (state: CompareState) => T): T {
  return useStore(usePage().compare.store, select);
}

export function useTune<T>(select: (state: TuneState) => T): T {
  return useStore(usePage().tune.store, select);
}

export function useView<T>(select: (state: ViewState) => T): T {
  return useStore(usePage().view, select);
}
