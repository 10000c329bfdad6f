/// The market-data bus.
enum TerraceBus {}
