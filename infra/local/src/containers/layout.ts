/** Where the containers of the Compose file find things; the image and the file are made to match. */
export const layout = {
  /** What one party may read: its certificate, its keys, its configuration. A volume's subfolder of its name. */
  party: '/run/weir',
  /** What a part keeps: a volume of its own. */
  state: '/weir/state',
  /** Who may come in: what the door keeps, for the APIs of alerts and replays to read. */
  tokens: '/weir/tokens',
  /** All of the above, for the two steps that make it: no worker sees these. */
  home: '/weir/home',
  parties: '/weir/parties',
  /** Where the broker keeps its records. */
  kafkaLog: '/weir/state/log',
  /** Where Kafka's image keeps its jars. */
  kafkaLibraries: '/opt/kafka/libs',
  /** How a program of ours is told its configuration, in the folder of its party. */
  environmentFile: 'process.env',
} as const;
