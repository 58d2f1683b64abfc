import { queryOptions } from "@tanstack/react-query";
import { http } from "./http";
import type { Favourite, FavouriteDraft } from "./types";

type Favourites = { items: Favourite[] };

export const favouritesQuery = queryOptions({
  queryKey: ["favourites"],
  queryFn: ({ signal }) => http.get<Favourites>("/v1/favourites", signal),
});

export const setFavourite = (body: FavouriteDraft) => http.put<Favourites>("/v1/favourites", body);
