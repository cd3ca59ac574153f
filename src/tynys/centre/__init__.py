"""centre"""
