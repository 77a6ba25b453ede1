import type { RequestHandler } from 'express';
import type { ZodTypeAny } from 'zod';

export function validate(schema: ZodTypeAny): RequestHandler {
  return (req, res, next) => {
    const result = schema.safeParse(req.body);
    if (!result.success) {
      res.status(400).json({ error: 'Some fields are not valid.', fields: result.error.flatten().fieldErrors });
      return;
    }
    req.body = result.data;
    next();
  };
}
