export type ColumnType =
  'text' | 'integer' | 'bigint' | 'double precision' | 'boolean' | 'bytea' | 'jsonb' | 'text[]';

/** The statements for one table, and how its rows are handed to them: all of a call in one parameter. */
export type Table<Row> = {
  /** What is selected: every column under the name that the row has it by. */
  readonly columns: string;
  /** Rows of the parameter `$1`, to be read from as `given`. */
  readonly given: string;
  readonly insert: string;
  /** Replaces what is there under the same key. */
  readonly upsert: string;
  /** The columns, each set to what `given` says. */
  readonly setGiven: string;
  /** The parameter: of rows with one key the last alone. */
  readonly pack: (rows: readonly Row[]) => string;
};

/**
 * Describes a table by its columns. Rows are written by their named columns alone, so nothing else that an
 * object carries ends up in the database; and a field that the model gains doesn't compile until it has a column.
 */
export function describeTable<Row extends object>(
  name: string,
  keys: readonly (keyof Row & string)[],
  types: { readonly [Name in keyof Row & string]-?: ColumnType },
): Table<Row> {
  const columns = Object.entries<ColumnType>(types);
  const names = columns.map(([column]) => column);
  const list = names.map(columnName).join(', ');
  const values = columns.map(([column, type]) =>
    type === 'bytea' ? `decode(given."${column}", 'base64')` : `given."${column}"`,
  );
  const recordset = columns
    .map(([column, type]) => `"${column}" ${type === 'bytea' ? 'text' : type}`)
    .join(', ');
  const given = `json_to_recordset($1::json) as given(${recordset})`;
  const insert = `insert into ${name} (${list}) select ${values.join(', ')} from ${given}`;
  const others = names.filter((column) => !keys.some((key) => key === column)).map(columnName);
  const replace = others.map((column) => `${column} = excluded.${column}`).join(', ');
  return {
    columns: names.map((column) => `${columnName(column)} as "${column}"`).join(', '),
    given,
    insert,
    upsert: `${insert} on conflict (${keys.map(columnName).join(', ')}) do update set ${replace}`,
    setGiven: names.map((column, at) => `${columnName(column)} = ${values[at] ?? ''}`).join(', '),
    pack: (rows) => packRows(rows, keys, columns),
  };
}

function packRows<Row extends object>(
  rows: readonly Row[],
  keys: readonly (keyof Row & string)[],
  columns: readonly (readonly [string, ColumnType])[],
): string {
  const byKey = new Map(rows.map((row) => [JSON.stringify(keys.map((key) => row[key])), row]));
  const packed = Array.from(byKey.values(), (row) =>
    Object.fromEntries(
      columns.map(([column, type]) => {
        const value = row[column as keyof Row] as unknown;
        return [column, type === 'bytea' && value instanceof Uint8Array ? base64Of(value) : value];
      }),
    ),
  );
  return JSON.stringify(packed);
}

const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** As a column is named in SQL. Quoted, for some are words of the language. */
const columnName = (name: string): string =>
  `"${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}"`;
