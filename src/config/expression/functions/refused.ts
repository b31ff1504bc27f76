/** Functions of Packer that are not evaluated here, and why. */

const SECRET = 'it asks a service for a secret: set the variable with PKR_VAR_NAME instead'

export const REFUSED_FUNCTIONS: Readonly<Record<string, string>> = {
  aws_secretsmanager: SECRET,
  aws_secretsmanager_raw: SECRET,
  bcrypt: 'it gives another text each time',
  consul_key: SECRET,
  env: 'it may be called only in the default of a variable',
  rsadecrypt: 'it needs a private key',
  templatefile: 'it fills in a file that is a template of its own',
  vault: SECRET,
}
