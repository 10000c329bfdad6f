extension MarketSetup {
    /// What shard `index` of `count` owns: every `count`-th pair, on all venues, with a sub-account of its own on each.
    public func shard(_ index: Int, of count: Int) -> MarketSetup {
        var setup = self
        let kept = self.pairs.indices.filter { $0 % count == index }
        setup.pairs = kept.map { self.pairs[$0] }
        setup.symbols = kept.map { self.symbols[$0] }
        setup.prices = kept.map { self.prices[$0] }
        return setup
    }
}
