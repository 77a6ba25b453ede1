import { faker } from '@faker-js/faker';

import { hashPassword } from '@/auth/passwords';
import { db } from '@/lib/db';

/** Fills a development database with invented customers and products. */
async function seed(): Promise<void> {
  faker.seed(7);
  for (let i = 0; i < 20; i += 1) {
    await db.user.create({
      data: {
        email: faker.internet.exampleEmail(),
        passwordHash: await hashPassword(faker.internet.password({ length: 20 })),
      },
    });
    await db.product.create({
      data: {
        sku: faker.string.alphanumeric({ length: 8, casing: 'upper' }),
        name: faker.commerce.productName(),
        priceCents: faker.number.int({ min: 100, max: 20000 }),
        listed: true,
      },
    });
  }
}

await seed();
await db.$disconnect();
