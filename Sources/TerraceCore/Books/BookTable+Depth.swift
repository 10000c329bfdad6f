extension BookTable {
    /// Refills both depth tops of a tracked pair, because a venue came or went.
    mutating func refillTops(_ pair: Int) {
        for side in Side.allCases { self.refillTop(pair, side) }
        self.pairs[pair].depthMoved = true
    }

    /// Refills the depth tops of an instrument's pair that run short while there are levels beyond them.
    @inline(__always)
    mutating func refillShortTops(_ index: Int) {
        let slot = Int(self.books[index].depthSlot)
        if self.tops[slot].isShort { self.refillTop(self.books[index].pair.index, .bid) }
        if self.tops[slot &+ 1].isShort { self.refillTop(self.books[index].pair.index, .ask) }
    }

    @inline(never)
    private mutating func refillTop(_ pair: Int, _ side: Side) {
        let slot = Int(self.pairs[pair].depthSlot) + side.index
        self.tops[slot].beginRefill()
        var merge = LadderMerge(self, pair: pair, side, beyond: .min)
        while merge.key != Ladder.vacant, self.tops[slot].refill(merge.key, merge.quantity, merge.mask) {
            merge.advance(self)
        }
        self.tops[slot].endRefill()
    }
}
