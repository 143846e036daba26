/**
 * Bytes of one message, to a page or from one. The longest are results of comparisons: 100 configurations
 * over 32,768 tokens, the most that a run may ask for, take about 190 MB.
 */
export const messageLimit = 256 * 1024 * 1024;
