DROP TABLE "Review";
DROP TABLE "OrderItem";
DROP TABLE "Order";
DROP TABLE "Product";
DROP TABLE "User";
