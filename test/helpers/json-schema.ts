/** As much of JSON Schema as our own OpenAPI document uses. */
type Schema = Readonly<Record<string, unknown>>

/** What is wrong with a value, by the path of its fields; empty when it fits. Pure. */
export function schemaProblems(
  value: unknown,
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  at = '$',
): string[] {
  const known = ['$ref', 'anyOf', 'const', 'type', 'properties', 'required', 'additionalProperties', 'items']
  const plain = ['pattern', 'minimum', 'description', 'default', 'format']
  const strange = Object.keys(schema).filter((key) => ![...known, ...plain].includes(key))
  if (strange.length > 0) return [`${at}: the schema has ${strange.join()}, which is not understood here`]
  if (typeof schema['$ref'] === 'string') {
    const target = schemas[schema['$ref'].replace('#/components/schemas/', '')]
    return target === undefined
      ? [`${at}: there is no ${schema['$ref']}`]
      : schemaProblems(value, target, schemas, at)
  }
  if (Array.isArray(schema['anyOf'])) {
    const tries = (schema['anyOf'] as Schema[]).map((one) => schemaProblems(value, one, schemas, at))
    return tries.some((problems) => problems.length === 0) ? [] : [`${at}: none of ${JSON.stringify(tries)}`]
  }
  if ('const' in schema && value !== schema['const']) return [`${at}: not ${JSON.stringify(schema['const'])}`]
  if (schema['type'] !== undefined && !isOfType(value, String(schema['type'])))
    return [`${at}: no ${schema['type']}`]
  if (typeof schema['minimum'] === 'number' && !(Number(value) >= schema['minimum']))
    return [`${at}: too small`]
  if (typeof schema['pattern'] === 'string' && !new RegExp(schema['pattern']).test(String(value)))
    return [`${at}: not like ${schema['pattern']}`]
  if (Array.isArray(value) && schema['items'] !== undefined)
    return value.flatMap((item, index) =>
      schemaProblems(item, schema['items'] as Schema, schemas, `${at}[${index}]`),
    )
  if (schema['type'] !== 'object' || schema['properties'] === undefined) return []
  const properties = schema['properties'] as Readonly<Record<string, Schema>>
  const fields = value as Readonly<Record<string, unknown>>
  const missing = ((schema['required'] ?? []) as string[]).filter((name) => !(name in fields))
  const others = Object.keys(fields).filter((name) => !(name in properties))
  return [
    ...missing.map((name) => `${at}.${name}: missing`),
    ...(schema['additionalProperties'] === false ? others.map((name) => `${at}.${name}: not described`) : []),
    ...Object.entries(properties).flatMap(([name, one]) =>
      name in fields ? schemaProblems(fields[name], one, schemas, `${at}.${name}`) : [],
    ),
  ]
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}
