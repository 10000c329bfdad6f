/// Something that is to happen later: what `kind`, `first` and `second` mean is its owner's business.
struct ServerTimer: Equatable {
    /// Which kind, as the protocol counts them.
    var kind: Int
    /// Such as a connection or an instrument.
    var first: Int
    /// Such as a speed or a level.
    var second: Int

    init(kind: Int, first: Int = 0, second: Int = 0) {
        self.kind = kind
        self.first = first
        self.second = second
    }
}
