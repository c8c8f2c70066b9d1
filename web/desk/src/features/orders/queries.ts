import { api, keys } from "@damso/api";
import { queryOptions } from "@tanstack/react-query";

export const customerOrdersQuery = (customerId: string) =>
  queryOptions({
    queryKey: keys.customerOrders(customerId),
    queryFn: () => api.orders.ofCustomer(customerId),
  });

export const orderQuery = (id: string) =>
  queryOptions({ queryKey: keys.order(id), queryFn: () => api.orders.get(id) });
