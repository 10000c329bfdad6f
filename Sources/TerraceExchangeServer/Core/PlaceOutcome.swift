import TerraceCore

/// What became of an order that was asked for.
enum PlaceOutcome {
    /// It was taken: the order as it is now, and the fills that it has had.
    case accepted(OrderRecord, [FillRecord])
    /// It was refused.
    case refused(VenueRejection)
}

/// What became of an amendment that was asked for.
enum AmendOutcome {
    /// It was carried out.
    case amended(OrderRecord)
    /// It was refused.
    case refused(VenueRejection)
}
