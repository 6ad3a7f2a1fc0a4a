from wire.served import each_lane

__all__ = ["each_lane"]
