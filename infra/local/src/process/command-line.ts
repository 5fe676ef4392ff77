/** How a process is started, apart from its environment. */
export type CommandLine = {
  readonly command: string;
  readonly args: readonly string[];
};
