"""Hot issues: like matters seen together (热点问题, 同类项合并). Analysis only: no case is joined, nobody's limit changes (H.3, DU-7)."""
