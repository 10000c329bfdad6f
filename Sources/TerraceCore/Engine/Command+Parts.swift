extension Command {
    /// What it is about.
    public var instrument: InstrumentIndex {
        switch self {
        case .place(let instrument, _, _, _, _), .amend(let instrument, _, _, _, _), .cancel(let instrument, _),
            .query(let instrument, _), .resnapshot(let instrument), .follow(let instrument, _),
            .unfollow(let instrument):
            instrument
        }
    }

    /// Which order it is about, where it is about one.
    public var order: ClientOrderID? {
        switch self {
        case .place(_, let order, _, _, _), .amend(_, let order, _, _, _), .cancel(_, let order), .query(_, let order):
            order
        case .resnapshot, .follow, .unfollow: nil
        }
    }
}
